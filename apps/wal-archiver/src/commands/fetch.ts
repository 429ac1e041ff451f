import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { DbsaveError } from "@dbsave/core";
import { storedWal, systemIdentifierAt } from "@dbsave/postgres";
import type { Arguments, Command } from "../command.ts";
import { failureText } from "../failure.ts";
import { fetchWal } from "../fetch/fetch-wal.ts";
import { openPrefetched, type Prefetched } from "../fetch/prefetched.ts";
import { openTargetLog } from "../places/target-log.ts";
import type { Session } from "../session/session.ts";

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
    answer: { type: "boolean", describe: "Print found or absent as well, for the script of shim --for fetch" },
  },
  failed: () => failed,
  stopped: (signalNumber) => 128 + signalNumber,
  async run({ words: { name = "", path = "" }, options }, session) {
    const { cwd, signal, tell } = session;
    const ahead = aheadOf(options);
    const identifier = String(options["system-identifier"] ?? (await systemIdentifierAt(cwd)));
    await using target = await openTargetLog("read", options, session);
    const stored = storedWal(target.log, identifier);
    const prefetched = ahead === 0 ? null : await prefetchedIn(options["prefetch-dir"], identifier, session);
    const isFound = await fetchWal(name, resolve(cwd, path), { stored, prefetched, ahead, signal, tell });
    if (options["answer"] === true) await session.print(isFound ? "found\n" : "absent\n");
    return isFound ? 0 : absent;
  },
};

/** A usual place that cannot be used is told and no more: nothing is fetched along then. */
async function prefetchedIn(
  directory: string | boolean | undefined,
  identifier: string,
  { cwd, tell }: Session,
): Promise<Prefetched | null> {
  if (typeof directory === "string") return await openPrefetched(resolve(cwd, directory), cwd, identifier);
  try {
    return await openPrefetched(join(tmpdir(), `dbsave-wal-${userInfo().uid}`), cwd, identifier);
  } catch (error) {
    tell(`nothing is fetched along: ${failureText(error).text}`);
    return null;
  }
}

function aheadOf({ prefetch = "4" }: Arguments["options"]): number {
  if (typeof prefetch === "string" && /^\d{1,3}$/.test(prefetch)) return Number(prefetch);
  throw new DbsaveError("USAGE", "--prefetch takes a number of segments");
}
