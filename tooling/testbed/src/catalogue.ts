/** A server that tests can ask for. */
export interface ServerSpec {
  readonly name: ServerName;
  readonly major: number;
  readonly hasTimescale: boolean;
  /** Taken when a registry can be reached. */
  readonly official: string;
  /** What the image is made of otherwise. */
  readonly debian: { readonly suite: string; readonly packages: readonly string[] };
}

export type ServerName = "postgres-15" | "postgres-17-timescale" | "postgres-18-timescale";

export const SERVERS: readonly ServerSpec[] = [
  {
    name: "postgres-15",
    major: 15,
    hasTimescale: false,
    official: "postgres:15",
    debian: { suite: "bookworm", packages: ["postgresql-15"] },
  },
  {
    name: "postgres-17-timescale",
    major: 17,
    hasTimescale: true,
    official: "timescale/timescaledb:2.19.3-pg17",
    debian: { suite: "trixie", packages: ["postgresql-17", "postgresql-17-timescaledb"] },
  },
  {
    name: "postgres-18-timescale",
    major: 18,
    hasTimescale: true,
    official: "timescale/timescaledb:2.31.0-pg18",
    debian: { suite: "sid", packages: ["postgresql-18", "postgresql-18-timescaledb"] },
  },
];

export function specOf(name: ServerName): ServerSpec {
  const spec = SERVERS.find((each) => each.name === name);
  if (spec === undefined) throw new Error(`no such test server: ${name}`);
  return spec;
}

/** Where Debian puts the programs of a major version, in its images and on a machine. */
export function binaries({ major }: ServerSpec): string {
  return `/usr/lib/postgresql/${major}/bin`;
}
