/** What every command accepts. */
export const commonOptions = {
  config: { type: "string", describe: "Configuration [$DBSAVE_CONFIG, ./dbsave.yaml, /etc/dbsave/dbsave.yaml]" },
  target: { type: "string", describe: "Whose log it is; not needed where the configuration has one target" },
  help: { type: "boolean", short: "h", describe: "What a command does and takes" },
} as const;
