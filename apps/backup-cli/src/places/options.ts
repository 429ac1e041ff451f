import type { Options, PositionalOptions } from "yargs";

/** Where backups are, for every command that reads them. */
export const placeOptions = {
  from: {
    type: "string",
    requiresArg: true,
    describe: "Repository: a directory, or a storage of the configuration",
  },
  target: { type: "string", requiresArg: true, describe: "Target, where a repository holds several" },
} as const satisfies Record<string, Options>;

/** For commands that look at what a target has. */
export const methodFilter = {
  method: { type: "string", requiresArg: true, describe: "Only backups by this method, where a target has several" },
} as const satisfies Record<string, Options>;

/** Which backup, for every command about one. */
export const backupPositional = {
  backup: {
    type: "string",
    default: "latest",
    describe:
      "latest, latest-proven, a target (its latest), an id or a part of one, or a time such as 2026-11-21T07:30Z",
  },
} as const satisfies Record<string, PositionalOptions>;
