import { walArchive } from "@dbsave/postgres";
import type { Command } from "../command.ts";
import { openTargetLog } from "../places/target-log.ts";
import { pushStatus } from "../push-status.ts";

/** `archive_command`. 0: the file is archived, durably. */
export const command: Command = {
  options: {},
  failed: pushStatus,
  stopped: () => 1,
  async run({ words: { path = "" }, options }, session) {
    await using target = await openTargetLog("write", options, session);
    await walArchive(target.log).push({ path });
    return 0;
  },
};
