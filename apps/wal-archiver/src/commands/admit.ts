import { ERRORS } from "@dbsave/core";
import { walArchive } from "@dbsave/postgres";
import type { Command } from "../command.ts";
import { openTargetLog } from "../places/target-log.ts";

/** A person's decision that another server may go on with a log. What is archived already stays. */
export const command: Command = {
  options: {},
  failed: (code) => ERRORS[code].exit,
  stopped: (signalNumber) => 128 + signalNumber,
  async run({ words: { path = "" }, options }, session) {
    await using target = await openTargetLog("write", options, session);
    const { systemIdentifier, segmentBytes } = await walArchive(target.log).admit(path);
    await session.print(
      `${target.name}: takes WAL of the server ${systemIdentifier}, segments of ${segmentBytes} bytes\n`,
    );
    return 0;
  },
};
