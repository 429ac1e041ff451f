import type { PostgresOptions } from "@dbsave/postgres";
import * as z from "zod";
import { containerSchema } from "../containers/container-schema.ts";
import { containerSource, describeContainer } from "../containers/container-source.ts";
import { path } from "../schema/plain-values.ts";
import { policyShape, reference } from "../schema/policy-schema.ts";
import { targetShape } from "../schema/target-shape.ts";
import { parseReference, referencePattern } from "../secrets/reference.ts";
import type { EngineContext, EngineKind } from "./engine-kind.ts";
import { postgresInContainer } from "./postgres-container.ts";
import { surroundings } from "./postgres-place.ts";
import { connectionPattern, connectionPlace, describeConnection } from "./postgres-source.ts";

const url = z.string().regex(new RegExp(`^(${connectionPattern})$|${referencePattern.source}`), {
  error: "expected postgres://user@host/database, or env:NAME, file:/path or cmd:program that gives such a URL",
});

const databaseName = z.string().min(1).max(63);

/** To name the server. */
const ways = ["url", "service", "host", "container"] as const;

/** Of a target that stands for the backups alone. */
const noSource = "no-source-given";

export const postgresSchema = z
  .strictObject({
    engine: z.literal("postgres").describe("Which engine the database has."),
    url: url
      .exactOptional()
      .describe("`postgres://user@host/database`, or where such a URL is kept (`env:DATABASE_URL`)."),
    service: z.string().min(1).exactOptional().describe("Section of the service file, `~/.pg_service.conf`."),
    container: containerSchema
      .exactOptional()
      .describe("The container that the server is in; it needs no published port."),
    host: z.string().min(1).exactOptional().describe("Name or address of the server, or the directory of its socket."),
    port: z.int().min(1).max(65_535).exactOptional().describe("Port of the server."),
    user: z.string().min(1).exactOptional().describe("The role to connect as."),
    password: reference.exactOptional().describe("Where the password is kept: `file:/run/secrets/pg`."),
    database: databaseName.exactOptional().describe("The database to back up."),
    databases: z
      .union([z.literal("all"), z.array(databaseName).min(1)])
      .exactOptional()
      .describe("Several databases, or `all`."),
    ssl: z
      .enum(["disable", "prefer", "require", "verify-ca", "verify-full"])
      .exactOptional()
      .describe("As `sslmode` of PostgreSQL's own programs."),
    ssl_root_certificate: path.exactOptional().describe("File with the certificates to trust."),
    method: z.enum(["logical"]).exactOptional().describe("How the backup is taken: by pg_dump."),
    fingerprint: z
      .enum(["full", "counts"])
      .exactOptional()
      .describe("What a proof compares: the contents of all rows, or how many there are."),
    jobs: z.int().min(1).max(64).exactOptional().describe("Sessions that read for the fingerprint."),
    dump_jobs: z
      .int()
      .min(1)
      .max(64)
      .exactOptional()
      .describe("Sessions of pg_dump. More than one write a directory first, which needs room where the tools run."),
    lock_wait_timeout_ms: z
      .int()
      .min(1)
      .max(2_147_483_647)
      .exactOptional()
      .describe("How long to wait for another session's lock."),
    bin_directory: path.exactOptional().describe("Where pg_dump, pg_restore and pg_dumpall are."),
    ...targetShape,
    ...policyShape,
  })
  .refine((settings) => ways.filter((way) => settings[way] !== undefined).length === 1, {
    when: ({ value }) => typeof value === "object" && value !== null,
    error: `expected exactly one of ${ways.join(", ")}`,
  })
  .meta({ oneOf: ways.map((way) => ({ required: [way] })) });

export type PostgresSettings = z.infer<typeof postgresSchema>;

export const postgres: EngineKind<PostgresSettings> = {
  describe({ url: written, service, container, host = "", port = 5432, database, databases }) {
    const named = listed(databases) ?? database;
    if (container !== undefined) return [describeContainer(container), named].filter(Boolean).join("/");
    if (service !== undefined) return describeConnection(`service=${service}`, named);
    if (written === undefined) return `postgres://${host}:${port}/${named ?? ""}`;
    return describeConnection(written, named);
  },
  container: ({ container }) => container,
  references: ({ url: written = "", password }) => [
    ...(parseReference(written) === undefined ? [] : [["url", written] as const]),
    ...(password === undefined ? [] : [["password", password] as const]),
  ],
  recognise(source) {
    const inside = containerSource(source);
    if (inside !== undefined) {
      const { name, ...settings } = inside;
      return { settings: { engine: "postgres", ...settings }, name };
    }
    const place = connectionPlace(source);
    if (place === undefined) return undefined;
    return { settings: { engine: "postgres", url: source }, name: place.database || place.service || "postgres" };
  },
  wantedPlace: (place) =>
    /^postgres(ql)?:\/\//.test(place) ? undefined : "postgres://user@host/database, or docker:container/database",
  sourceless: { engine: "postgres", host: noSource },
  async open(settings, context) {
    const {
      lock_wait_timeout_ms: lockWaitTimeoutMs,
      bin_directory: binDirectory,
      databases,
      fingerprint,
      jobs,
      dump_jobs: dumpJobs,
    } = settings;
    const { postgres: makeEngine } = await import("@dbsave/postgres");
    return makeEngine({
      ...defined({ databases, fingerprint, jobs, dumpJobs, lockWaitTimeoutMs, binDirectory }),
      ...(await serverOf(settings, context)),
    });
  },
};

/** Where the server is: in its container, or where programs of PostgreSQL would find it. */
async function serverOf(settings: PostgresSettings, context: EngineContext): Promise<PostgresOptions> {
  const { url: written, service, container, host, port, user, database, ssl } = settings;
  const sslRootCertificate = settings.ssl_root_certificate;
  const isReference = written !== undefined && parseReference(written) !== undefined;
  const given = {
    ...defined({ service, host, port, user, database, ssl, sslRootCertificate }),
    ...(written === undefined ? {} : { url: isReference ? await context.read("url", written) : written }),
    ...(settings.password === undefined ? {} : { password: await context.read("password", settings.password) }),
  };
  if (container !== undefined) {
    return { ...given, ...(await postgresInContainer(container, port ?? 5432, context.env)) };
  }
  if (host === noSource) return given;
  const { libpqOptions } = await import("@dbsave/postgres");
  return await libpqOptions(given, surroundings(context.env));
}

function listed(databases: PostgresSettings["databases"]): string | undefined {
  return typeof databases === "string" ? databases : databases?.join(",");
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
