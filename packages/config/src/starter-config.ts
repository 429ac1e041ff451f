import { containerSource } from "./containers/container-source.ts";
import { connectionPlace, withoutPassword } from "./engines/postgres-source.ts";

/** What `dbsave init` knows of the first target. */
export interface StarterConfigOptions {
  /** A database file, or as on a command line: `postgres://backup@db/orders`, `docker:pg/orders`. A password in it is left out. */
  readonly source: string;
  /** The engine of a server, where the source does not show it. @default "postgres", or "timescaledb" for its URLs */
  readonly engine?: string;
  /** Name of the target. */
  readonly target: string;
  /** Directory of the repository. */
  readonly repository: string;
  /** IANA zone. @default "UTC" */
  readonly timezone?: string;
}

/** See `starterConfig` of the package's index. */
export function starterConfig({ source, engine, target, repository, timezone = "UTC" }: StarterConfigOptions): string {
  return `# dbsave: what is backed up, where to, and what stays. Every key is described in docs/configuration.md.
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
${sourceLines(source, engine)
  .map((line) => `    ${line}\n`)
  .join("")}`;
}

function sourceLines(source: string, engine = "postgres"): readonly string[] {
  const inside = containerSource(source);
  if (inside !== undefined) {
    const place = Object.entries(inside.container).map(([key, value]) => `${key}: ${scalar(value)}`);
    const database = inside.database === undefined ? [] : [`database: ${scalar(inside.database)}`];
    return [`engine: ${engine}`, `container: { ${place.join(", ")} }`, ...database, allDatabases, ...physical];
  }
  const url = source.replace(/^timescaledb:\/\//, "postgres://");
  if (connectionPlace(url) === undefined) return ["engine: sqlite", `path: ${scalar(source)}`];
  const password =
    "# password: file:/etc/dbsave/password # readable for nobody else; or a line in ~/.pgpass, which cron finds, too";
  return [
    `engine: ${url === source ? engine : "timescaledb"}`,
    `url: ${scalar(withoutPassword(url))}`,
    password,
    allDatabases,
    ...physical,
  ];
}

const allDatabases = "# databases: all # each in a snapshot of its own; roles are always in the backup";

/** For whom the moment of the last backup is not enough. */
const physical = [
  "# method: [logical, physical] # physical: the whole server, fast; needs a role with REPLICATION",
  "# wal: archive # with physical: recovery to any moment; see docs/postgres-physical.md",
];

/** Plain where YAML reads it back as the same text, else quoted. */
function scalar(text: string): string {
  return /^(?!\.\d)[A-Za-z./][\p{L}\p{N}./_+-]*$/u.test(text) && !/^(true|false|null|\.(nan|inf)|~)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
