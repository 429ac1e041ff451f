import { ERRORS } from "@dbsave/core";
import type { Command } from "../command.ts";
import { spoolOption, spoolPlace } from "../places/spool-place.ts";
import { pushShim } from "../shim/push-shim.ts";

/** Prints the script, for the place where the server can start it. Reads no configuration. */
export const command: Command = {
  options: { ...spoolOption },
  failed: (code) => ERRORS[code].exit,
  stopped: (signalNumber) => 128 + signalNumber,
  async run({ options }, session) {
    await session.print(pushShim(spoolPlace(options, session)));
    return 0;
  },
};
