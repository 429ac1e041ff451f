import { resolve } from "node:path";
import { DbsaveError, ERRORS } from "@dbsave/core";
import type { Arguments, Command } from "../command.ts";
import { spoolOption, spoolPlace } from "../places/spool-place.ts";
import type { Session } from "../session/session.ts";
import { fetchShim } from "../shim/fetch-shim.ts";
import { pushShim } from "../shim/push-shim.ts";

/** Prints a script, for the place where the server can start it. Reads no configuration. */
export const command: Command = {
  options: {
    ...spoolOption,
    for: { type: "string", describe: "push: for archive_command. fetch: for restore_command [push]" },
    "one-shot": {
      type: "boolean",
      describe: "push: without a daemon let dbsave-wal push archive, where it is installed",
    },
  },
  failed: (code) => ERRORS[code].exit,
  stopped: (signalNumber) => 128 + signalNumber,
  async run({ options }, session) {
    await session.print(scriptOf(options, session));
    return 0;
  },
};

function scriptOf(options: Arguments["options"], session: Session): string {
  const { for: use = "push", "one-shot": isOneShot = false } = options;
  if (use === "push") return pushShim(spoolPlace(options, session), isOneShot ? pushWords(options, session) : null);
  if (use === "fetch" && !isOneShot) return fetchShim;
  throw new DbsaveError("USAGE", "--for takes push, or fetch without --one-shot");
}

/** A server starts the script in its data directory. */
function pushWords({ config, target }: Arguments["options"], { cwd }: Session): readonly string[] {
  return [
    ...(typeof config === "string" ? ["--config", resolve(cwd, config)] : []),
    ...(typeof target === "string" ? ["--target", target] : []),
  ];
}
