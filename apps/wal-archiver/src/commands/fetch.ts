import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { DbsaveError } from "@dbsave/core";
import { storedWal, systemIdentifierAt } from "@dbsave/postgres";
import type { Arguments, Command } from "../command.ts";
import { fetchWal } from "../fetch/fetch-wal.ts";
import { openPrefetched } from "../fetch/prefetched.ts";
import { openTargetLog } from "../places/target-log.ts";

const absent = 1;
const failed = 200;

/**
 * `restore_command`. A server takes 1 to 125 for the end of the archive and may promote; so only a listing that does not have the
 * file makes it 1, and everything else is above 125, which stops the recovery until it is started again.
 */
export const command: Command = {
  options: {
    prefetch: { type: "string", describe: "How many of the next segments to fetch along [4]" },
    "prefetch-dir": { type: "string", describe: "Where they wait, outside of the data directory [in $TMPDIR]" },
    "system-identifier": { type: "string", describe: "Of the server [that of global/pg_control]" },
  },
  failed: () => failed,
  stopped: (signalNumber) => 128 + signalNumber,
  async run({ words: { name = "", path = "" }, options }, session) {
    const { cwd, signal, tell } = session;
    const ahead = aheadOf(options);
    const identifier = options["system-identifier"] ?? (await systemIdentifierAt(cwd));
    const directory = options["prefetch-dir"] ?? join(tmpdir(), `dbsave-wal-${userInfo().uid}`);
    await using target = await openTargetLog("read", options, session);
    const stored = storedWal(target.log, String(identifier));
    const prefetched =
      ahead === 0 ? null : await openPrefetched(resolve(cwd, String(directory)), cwd, String(identifier));
    const into = resolve(cwd, path);
    return (await fetchWal(name, into, { stored, prefetched, ahead, signal, tell })) ? 0 : absent;
  },
};

function aheadOf({ prefetch = "4" }: Arguments["options"]): number {
  if (typeof prefetch === "string" && /^\d{1,3}$/.test(prefetch)) return Number(prefetch);
  throw new DbsaveError("USAGE", "--prefetch takes a number of segments");
}
