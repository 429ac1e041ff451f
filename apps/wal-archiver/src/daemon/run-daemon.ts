import { basename } from "node:path";
import { walArchive } from "@dbsave/postgres";
import type { TargetLog } from "../places/target-log.ts";
import { startHeartbeat } from "../spool/heartbeat.ts";
import { serveRequests, waitingRequests } from "../spool/requests.ts";
import { prepareSpool } from "../spool/spool.ts";
import { sweepSpool } from "../spool/sweep.ts";
import { archiveRequests } from "./archive-requests.ts";
import { onlyNews } from "./only-news.ts";
import { waitingFiles } from "./ready-files.ts";
import { openTally } from "./tally.ts";

export interface DaemonOptions {
  readonly target: TargetLog;
  readonly spool: string;
  readonly walDirectory: string | null;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

const statusEveryMs = 2_000;

/**
 * Archives what comes through the spool until `signal` fires. Everything it knows is in the spool, in `pg_wal` and in the
 * repository: after its death the next one goes on. OPTIONS_INVALID, PERMISSION_DENIED and LOCKED for a spool that cannot be used.
 */
export async function runDaemon({
  target,
  walDirectory,
  workers,
  signal,
  tell,
  ...options
}: DaemonOptions): Promise<void> {
  const spool = await prepareSpool(options.spool);
  const archive = walArchive(target.log);
  const tally = openTally(target.name, () =>
    walDirectory === null ? waitingRequests(spool) : waitingFiles(walDirectory),
  );
  await sweepSpool(spool); // first, because it makes room on a full disk
  await using running = new AsyncDisposableStack();
  running.use(await startHeartbeat(spool, walDirectory === null ? "copied" : "mounted", onlyNews(tell)));
  tell(`${target.name}: archives what comes through ${spool.root}`);
  const tellUpkeep = onlyNews(tell);
  const upkeep = setInterval(() => {
    Promise.all([tally.write(spool.status), sweepSpool(spool)]).catch((error: Error) => tellUpkeep(error.message));
  }, statusEveryMs);
  running.defer(() => clearInterval(upkeep));
  const answer = archiveRequests({
    spool,
    walDirectory,
    workers,
    tell: onlyNews(tell),
    push: (file) =>
      tally.count(basename(file.path), async () => {
        await target.confirm();
        return await archive.push(file);
      }),
  });
  await serveRequests(spool, answer, signal, onlyNews(tell));
}
