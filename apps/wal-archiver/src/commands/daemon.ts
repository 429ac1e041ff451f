import { resolve } from "node:path";
import { ERRORS } from "@dbsave/core";
import type { Command } from "../command.ts";
import { runDaemon } from "../daemon/run-daemon.ts";
import { spoolOption, spoolPlace } from "../places/spool-place.ts";
import { openTargetLog } from "../places/target-log.ts";

const usualWorkers = 2;

/** Answers the shim. A signal is how it is stopped, and no failure. */
export const command: Command = {
  options: {
    ...spoolOption,
    "pg-wal": { type: "string", describe: "The server's pg_wal, where it is mounted here: read in place, and ahead" },
  },
  failed: (code) => ERRORS[code].exit,
  stopped: () => 0,
  async run({ options }, session) {
    await using target = await openTargetLog("write", options, session);
    const { wal } = target;
    const spool = spoolPlace(options, session, wal);
    const pgWal = options["pg-wal"];
    const walDirectory = typeof pgWal === "string" ? resolve(session.cwd, pgWal) : null;
    const workers = wal?.mode === "archive" ? wal.workers : usualWorkers;
    await runDaemon({ target, spool, walDirectory, workers, signal: session.signal, tell: session.tell });
    return 0;
  },
};
