import type { Options } from "yargs";

/** What every command accepts. */
export const globalOptions = {
  config: {
    type: "string",
    requiresArg: true,
    describe: "Configuration file [$DBSAVE_CONFIG, ./dbsave.yaml, /etc/dbsave/dbsave.yaml]",
  },
  scratch: {
    type: "string",
    requiresArg: true,
    describe: "Directory for private scratch copies [scratch of the configuration, $TMPDIR]",
  },
  json: { type: "boolean", default: false, describe: "Print the result as one JSON object" },
  quiet: { alias: "q", type: "boolean", default: false, describe: "Tell only what is not as it should be" },
  verbose: { alias: "v", type: "boolean", default: false, describe: "Tell beginnings and uneventful steps, too" },
  progress: {
    choices: ["auto", "bar", "log", "json", "none"],
    default: "auto",
    describe: "How to show progress on standard error: bars on a terminal, else log lines; --no-progress is none",
  },
  "log-format": { choices: ["text", "json"], default: "text", describe: "Form of the log lines" },
} as const satisfies Record<string, Options>;

export interface GlobalArguments {
  readonly config: string | undefined;
  readonly scratch: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly progress: "auto" | "bar" | "log" | "json" | "none";
  readonly logFormat: "text" | "json";
}
