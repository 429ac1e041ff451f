import * as z from "zod";
import { containerSchema } from "../containers/container-schema.ts";
import { path } from "../schema/plain-values.ts";
import { policyShape, reference } from "../schema/policy-schema.ts";
import { targetShape } from "../schema/target-shape.ts";
import { referencePattern } from "../secrets/reference.ts";
import { physicalShape } from "./postgres-physical-schema.ts";
import { connectionPattern } from "./postgres-source.ts";

const url = z.string().regex(new RegExp(`^(${connectionPattern})$|${referencePattern.source}`), {
  error: "expected postgres://user@host/database, or env:NAME, file:/path or cmd:program that gives such a URL",
});

const databaseName = z.string().min(1).max(63);

/** To name the server. */
const ways = ["url", "service", "host", "container"] as const;

/** Settings of a target on a PostgreSQL server: `engine` says which engine looks after it. */
const schemaOf = <Name extends string>(engine: Name) =>
  z
    .strictObject({
      engine: z.literal(engine).describe("Which engine the database has."),
      url: url
        .exactOptional()
        .describe("`postgres://user@host/database`, or where such a URL is kept (`env:DATABASE_URL`)."),
      service: z.string().min(1).exactOptional().describe("Section of the service file, `~/.pg_service.conf`."),
      container: containerSchema
        .exactOptional()
        .describe("The container that the server is in; it needs no published port."),
      host: z
        .string()
        .min(1)
        .exactOptional()
        .describe("Name or address of the server, or the directory of its socket."),
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
      ...physicalShape,
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

export const postgresSchema = schemaOf("postgres");

export const timescaledbSchema = schemaOf("timescaledb");

export type PostgresSettings = z.infer<typeof postgresSchema>;

export type TimescaledbSettings = z.infer<typeof timescaledbSchema>;
