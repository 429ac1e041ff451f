import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { DbsaveError } from "@dbsave/core";

/** Asks on the terminal. Anything but yes is no, also the end of the input. ABORTED when `signal` fires meanwhile. */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Typed while the terminal is in raw mode, it is a key and not yet a signal.
  terminal.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    const closed = once(terminal, "close").then(() => "");
    const answer = await Promise.race([terminal.question(`${question} [y/N] `, { signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new DbsaveError("ABORTED", "stopped while it was asked", { cause, hint: "Nothing was changed." });
  } finally {
    terminal.close();
  }
}
