// The application of the demonstration: books transfers without a pause until its parent goes away. Says so after its first.
import { book, openLedger } from "./ledger.ts";

const ledger = openLedger(process.argv[2] ?? "");
process.once("disconnect", () => process.exit());
book(ledger, 1);
process.send?.("writing");
setInterval(() => book(ledger, 5), 2);
