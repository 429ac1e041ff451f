import * as z from "zod";
import { containerSchema } from "../containers/container-schema.ts";
import { containerSource, describeContainer } from "../containers/container-source.ts";
import { path } from "../schema/plain-values.ts";
import { policyShape, reference } from "../schema/policy-schema.ts";
import { targetShape } from "../schema/target-shape.ts";
import { describeReference, parseReference, referencePattern } from "../secrets/reference.ts";
import type { EngineKind } from "./engine-kind.ts";
import { postgresInContainer } from "./postgres-container.ts";

const urlParts = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?(?<place>[^/?#]*)(?:\/(?<name>[^?#]*))?(?:\?(?<query>[^#]*))?/;

const url = z.string().regex(new RegExp(`^postgres(ql)?:\\/\\/[^\\0]*$|${referencePattern.source}`), {
  error: "expected postgres://user@host/database, or env:NAME, file:/path or cmd:program that gives such a URL",
});

const databaseName = z.string().min(1).max(63);

export const postgresSchema = z
  .strictObject({
    engine: z.literal("postgres").describe("Which engine the database has."),
    url: url
      .exactOptional()
      .describe("`postgres://user@host/database`, or where such a URL is kept (`env:DATABASE_URL`)."),
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
    jobs: z.int().min(1).max(64).exactOptional().describe("Sessions that read for the fingerprint."),
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
  .refine(({ url: at, host, container }) => [at, host, container].filter((way) => way !== undefined).length === 1, {
    when: ({ value }) => typeof value === "object" && value !== null,
    error: "expected exactly one of url, host and container",
  })
  .meta({ oneOf: [{ required: ["url"] }, { required: ["host"] }, { required: ["container"] }] });

export type PostgresSettings = z.infer<typeof postgresSchema>;

export const postgres: EngineKind<PostgresSettings> = {
  describe({ url: written, container, host = "", port = 5432, database, databases }) {
    const named = listed(databases) ?? database;
    if (container !== undefined) return [describeContainer(container), named].filter(Boolean).join("/");
    if (written === undefined) return `postgres://${host}:${port}/${named ?? ""}`;
    const kept = parseReference(written);
    if (kept !== undefined) return describeReference(kept);
    const { place = "", name = "", query = "" } = urlParts.exec(written)?.groups ?? {};
    const socket = new URLSearchParams(query).get("host");
    return `postgres://${socket ?? place}/${named ?? name}`;
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
    const parts = urlParts.exec(source)?.groups;
    if (parts === undefined) return undefined;
    return { settings: { engine: "postgres", url: source }, name: parts["name"] || "postgres" };
  },
  wantedPlace: (place) =>
    urlParts.test(place) ? undefined : "postgres://user@host/database, or docker:container/database",
  sourceless: { engine: "postgres", host: "no-source-given" },
  async open(settings, context) {
    const { url: written, password, ssl_root_certificate: sslRootCertificate, bin_directory: binDirectory } = settings;
    const { lock_wait_timeout_ms: lockWaitTimeoutMs, host, port, user, database, databases, ssl, jobs } = settings;
    const { container } = settings;
    const isReference = written !== undefined && parseReference(written) !== undefined;
    const { postgres: makeEngine } = await import("@dbsave/postgres");
    return makeEngine({
      ...defined({
        host,
        port,
        user,
        database,
        databases,
        ssl,
        jobs,
        lockWaitTimeoutMs,
        binDirectory,
        sslRootCertificate,
      }),
      ...(container === undefined ? {} : await postgresInContainer(container, port ?? 5432, context.env)),
      ...(written === undefined ? {} : { url: isReference ? await context.read("url", written) : written }),
      ...(password === undefined ? {} : { password: await context.read("password", password) }),
    });
  },
};

function listed(databases: PostgresSettings["databases"]): string | undefined {
  return typeof databases === "string" ? databases : databases?.join(",");
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
