import { DbsaveError, Secret, type ServerImage, type ServerRunner, type ToolRunner } from "@dbsave/core";
import type { ServerLocator } from "./locator.ts";
import { type PhysicalOptions, type PhysicalSettings, parsePhysical } from "./physical/options.ts";
import { plainProfile } from "./plain-profile.ts";
import type { PostgresProfile } from "./profile.ts";
import { parseUrl } from "./url.ts";

const tlsModes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
/** As libpq's `sslmode`. */
export type TlsMode = (typeof tlsModes)[number];

const globalsPolicies = ["missing", "overwrite", "skip"] as const;
/**
 * What a restore does with roles, their settings and tablespaces. `missing`: roles that exist stay as they are, password
 * included. `overwrite`: they become what they were. `skip`: nothing.
 */
export type GlobalsPolicy = (typeof globalsPolicies)[number];

const backupMethods = ["logical", "physical"] as const;
export type BackupMethod = (typeof backupMethods)[number];

const fingerprintModes = ["full", "counts"] as const;
/** `full`: what all rows hold. `counts`: how many there are, several times faster to take, and blind to what is in them. */
export type FingerprintMode = (typeof fingerprintModes)[number];

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`; the other options take precedence over its parts. */
  readonly url?: string | Secret;
  /** Name, address, or the directory of the server's socket. @default "localhost" */
  readonly host?: string;
  /** @default 5432 */
  readonly port?: number;
  /** @default "postgres" */
  readonly user?: string;
  readonly password?: string | Secret;
  /** The database to back up, or the one to connect to first when `databases` is given. @default the user's name */
  readonly database?: string;
  /** Back up these, or all of the server that are no templates, each in a snapshot of its own. @default only `database` */
  readonly databases?: readonly string[] | "all";
  /** @default "prefer", for a socket "disable" */
  readonly ssl?: TlsMode;
  /** File with the certificates to trust, in PEM. @default those that Node.js trusts */
  readonly sslRootCertificate?: string;
  /** What backups are compared by. @default "full" */
  readonly fingerprint?: FingerprintMode;
  /** How many sessions read for the fingerprint, beside the one of pg_dump. @default 2 */
  readonly jobs?: number;
  /**
   * Sessions of pg_dump. More than one write a directory where the tools run, which needs as much room as the tables have, and
   * is removed when it is stored. @default 1
   */
  readonly dumpJobs?: number;
  /** How long to wait for another session's lock, in milliseconds. @default 30000 */
  readonly lockWaitTimeoutMs?: number;
  /** Where pg_dump, pg_restore and pg_dumpall are. @default the server's own major, where distributions put it, then PATH */
  readonly binDirectory?: string;
  /** @default "missing" */
  readonly globals?: GlobalsPolicy;
  /** Runs the tools in place of the run's own: inside the server's container. */
  readonly tools?: ToolRunner;
  /** Starts the throw-away servers in place of the run's own: from the image of the server's container. */
  readonly servers?: ServerRunner;
  /** In place of `url` and `host`: asked before each method where the server is now. */
  readonly locator?: ServerLocator;
  /**
   * How backups can be taken, the default first: `logical` by pg_dump, `physical` as a copy of the whole server, for which the role
   * needs REPLICATION. A probe tells what these lack. @default logical, and physical when `physical` is given
   */
  readonly methods?: readonly BackupMethod[];
  /** How physical backups are taken. */
  readonly physical?: PhysicalOptions;
}

export interface ParsedOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret | null;
  readonly database: string;
  /** Null: only `database`. */
  readonly databases: readonly string[] | "all" | null;
  readonly ssl: TlsMode;
  readonly sslRootCertificate: string | null;
  readonly fingerprint: FingerprintMode;
  readonly jobs: number;
  readonly dumpJobs: number;
  readonly lockWaitTimeoutMs: number;
  readonly binDirectory: string | null;
  readonly globals: GlobalsPolicy;
  readonly tools: ToolRunner | null;
  readonly servers: ServerRunner | null;
  /** How messages call the server in place of its address. */
  readonly name: string | null;
  /** Of the container that the server is in. */
  readonly image: ServerImage | null;
  /** A throw-away server: nothing outside of it may be touched by what is restored. */
  readonly isIsolated: boolean;
  /** The default first. */
  readonly methods: readonly BackupMethod[];
  /** Null: only logical backups. */
  readonly physical: PhysicalSettings | null;
  readonly profile: PostgresProfile;
}

/** OPTIONS_INVALID names the option, and never quotes a URL or a password. Does no I/O. */
export function parseOptions(options: PostgresOptions, profile: PostgresProfile = plainProfile): ParsedOptions {
  if (options.locator !== undefined && (options.url !== undefined || options.host !== undefined))
    throw invalid("locator", "it stands in place of url and host");
  const url = options.url === undefined ? {} : parseUrl(reveal(options.url), invalid);
  if (url.service !== undefined || url.passwordFile !== undefined)
    throw invalid("url", "service and passfile name files, which only libpqOptions() reads");
  const host = text("host", options.host ?? url.host ?? "localhost");
  const user = text("user", options.user ?? url.user ?? "postgres");
  const password = options.password ?? url.password;
  const methods = methodList(options);
  return {
    host,
    port: whole("port", options.port ?? Number(url.port ?? 5432), 1, 65_535),
    user,
    password: password === undefined ? null : new Secret(reveal(password)),
    database: name("database", options.database ?? url.database ?? user),
    databases: databaseList(options.databases),
    ssl: oneOf("ssl", options.ssl ?? url.ssl ?? (host.startsWith("/") ? "disable" : "prefer"), tlsModes),
    sslRootCertificate: options.sslRootCertificate ?? url.sslRootCertificate ?? null,
    fingerprint: oneOf("fingerprint", options.fingerprint ?? "full", fingerprintModes),
    jobs: whole("jobs", options.jobs ?? 2, 1, 64),
    dumpJobs: dumpJobsOf(options, profile),
    lockWaitTimeoutMs: whole("lockWaitTimeoutMs", options.lockWaitTimeoutMs ?? 30_000, 1, 2 ** 31 - 1),
    binDirectory: options.binDirectory ?? null,
    globals: oneOf("globals", options.globals ?? "missing", globalsPolicies),
    tools: options.tools ?? null,
    servers: options.servers ?? null,
    name: options.locator?.name ?? null,
    image: null,
    isIsolated: false,
    methods,
    physical: methods.includes("physical") ? parsePhysical(options.physical ?? {}, invalid) : null,
    profile,
  };
}

function dumpJobsOf({ dumpJobs = 1 }: PostgresOptions, { name: engine, fill }: PostgresProfile): number {
  if (dumpJobs !== 1 && fill !== undefined) throw invalid("dumpJobs", `${engine} dumps with one session`);
  return whole("dumpJobs", dumpJobs, 1, 64);
}

/** Where the data is, for people, without secrets. */
export function describe({ name: known, host, port, database, databases }: ParsedOptions): string {
  const place = known ?? (host.startsWith("/") ? `postgres:${host}:${port}` : `postgres://${host}:${port}`);
  const what = databases === "all" ? "all databases" : (databases?.join(", ") ?? database);
  return `${place}/${what}`;
}

function databaseList(databases: PostgresOptions["databases"]): ParsedOptions["databases"] {
  if (databases === undefined || databases === "all") return databases ?? null;
  if (databases.length === 0) throw invalid("databases", "the list is empty");
  if (new Set(databases).size < databases.length) throw invalid("databases", "a name stands there twice");
  return databases.map((database) => name("databases", database)).toSorted();
}

function methodList({ methods, physical }: PostgresOptions): readonly BackupMethod[] {
  if (methods === undefined) return physical === undefined ? ["logical"] : backupMethods;
  if (methods.length === 0) throw invalid("methods", "the list is empty");
  if (new Set(methods).size < methods.length) throw invalid("methods", "one stands there twice");
  return methods.map((method) => oneOf("methods", method, backupMethods));
}

function name(option: string, value: string): string {
  if (Buffer.byteLength(text(option, value)) > 63) throw invalid(option, "a name has at most 63 bytes");
  return value;
}

function text(option: string, value: string): string {
  if (typeof value !== "string" || value === "") throw invalid(option, "it is empty");
  if (value.includes("\0")) throw invalid(option, "it holds a NUL");
  return value;
}

function whole(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(option, `it must be a whole number from ${least} to ${most}`);
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(option, `it must be one of ${known.join(", ")}`);
  return found;
}

function reveal(value: string | Secret): string {
  return typeof value === "string" ? value : value.reveal();
}

function invalid(option: string, why: string): DbsaveError {
  return new DbsaveError("OPTIONS_INVALID", `postgres: option ${option}: ${why}`);
}
