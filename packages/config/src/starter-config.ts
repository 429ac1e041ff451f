/** What `dbsave init` knows of the first target. */
export interface StarterConfigOptions {
  /** The database file. */
  readonly source: string;
  /** Name of the target. */
  readonly target: string;
  /** Directory of the repository. */
  readonly repository: string;
  /** IANA zone. @default "UTC" */
  readonly timezone?: string;
}

/** A commented dbsave.yaml that `loadConfig` accepts. */
export function starterConfig({ source, target, repository, timezone = "UTC" }: StarterConfigOptions): string {
  return `# dbsave: what is backed up, where to, and what stays. Every key is described in the README of @dbsave/config.
version: 1
# scratch: /var/tmp # where backups are proven, in place of $TMPDIR: with room for the largest database

defaults:
  timezone: ${scalar(timezone)}
  keep: { daily: 7, weekly: 4, monthly: 6 } # days, weeks from Saturday, months from their first Saturday
  verify: restore # every backup is restored into a scratch copy and compared: hashes, structure, restore or off
  # compress: zstd # zstd:19 is smaller and slower; gzip, none
  # encrypt: # with age; keep the identity away from this machine and write verify: hashes, or name it here
  #   age: [age1...]
  #   identities: [file:/etc/dbsave/key.txt]

storages:
  local:
    type: fs
    path: ${scalar(repository)}

targets:
  ${scalar(target)}:
    engine: sqlite
    path: ${scalar(source)}
`;
}

/** Plain where YAML reads it back as the same text, else quoted. */
function scalar(text: string): string {
  return /^[A-Za-z./][\p{L}\p{N}./_+-]*$/u.test(text) && !/^(true|false|null|\.(nan|inf)|~)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
