import { ERRORS } from "@dbsave/core";
import { archiveWal } from "@dbsave/postgres";
import type { Command } from "../command.ts";
import { openTargetLog } from "../places/target-log.ts";

const most = 125;

/**
 * `archive_command`. 0: the file is archived, durably. Everything else is 1 to 125: above that, and for a signal, the server
 * would start its archiver anew and count no failure.
 */
export const command: Command = {
  options: {},
  failed: (code) => (ERRORS[code].exit <= most ? ERRORS[code].exit : 1),
  stopped: () => 1,
  async run({ words: { path = "" }, options }, session) {
    await using target = await openTargetLog("write", options, session);
    await archiveWal({ path }, target.log);
    return 0;
  },
};
