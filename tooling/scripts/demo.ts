// The first thing a stranger sees: a database that is written to all the time is saved, backed up, proved, rotated and restored.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Comparison, compareLedgers, createLedger } from "./demo/ledger.ts";
import { earlierNights } from "./demo/nights.ts";
import { openTerminal, type Terminal } from "./demo/terminal.ts";

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));

const folder = mkdtempSync(join(tmpdir(), "dbsave-demo-"));
const live = join(folder, "app.db");
const copy = join(folder, "copy.db");
try {
  createLedger(live, 50_000);
  const size = (statSync(live).size / 1e6).toFixed(0);
  console.log(`\nIn ${folder}: app.db, a SQLite database in WAL mode, ${size} MB.`);
  console.log("Another process writes to it from now on, until the end.");
  const writer = fork(fileURLToPath(new URL("./demo/writer.ts", import.meta.url)), [live]);
  try {
    await once(writer, "message", { signal: stop.signal });
    await story(openTerminal(folder, stop.signal));
  } finally {
    writer.disconnect();
    await once(writer, "exit");
  }
  prove(compareLedgers(live, copy));
} catch (error) {
  console.error(`\nThe demonstration failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

async function story(run: Terminal): Promise<void> {
  await run("dbsave --version");
  await run("dbsave save ./app.db");
  console.log(
    "\nEight earlier nights, taken with the library and its clock set back, so that there is something to rotate.",
  );
  await earlierNights(live, join(folder, "backups"), 8, stop.signal);
  await run("dbsave backup ./app.db --to ./backups");
  await run("dbsave verify latest --from ./backups");
  await run("dbsave prune --from ./backups --keep daily=4,weekly=2 --yes");
  await run("dbsave list --from ./backups");
  await run("dbsave restore latest --from ./backups --into ./copy.db");
}

function prove({ integrity, rows, liveRows, differing, sum }: Comparison): void {
  if (integrity !== "ok") throw new Error(`pragma integrity_check of copy.db: ${integrity}`);
  if (differing > 0) throw new Error(`${differing} rows of copy.db are not those of app.db`);
  if (sum !== 0) throw new Error(`copy.db holds half a transaction: its sum is ${sum}`);
  if (rows < 100_000 || rows >= liveRows) throw new Error(`copy.db has ${rows} rows, app.db ${liveRows}`);
  console.log(
    `\nProved: copy.db passes SQLite's integrity_check, and its ${rows} rows are exactly those that app.db had at that moment;` +
      ` the writer has added ${liveRows - rows} more since.`,
  );
}
