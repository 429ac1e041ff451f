import { resolve } from "node:path";
import type { EngineLog } from "@dbsave/core";
import type { PostgresOptions } from "@dbsave/postgres";
import { containerSource, describeContainer } from "../containers/container-source.ts";
import { parseReference } from "../secrets/reference.ts";
import type { EngineContext, EngineKind } from "./engine-kind.ts";
import { archiveCommand, incrementalPolicy, physicalOptions, walSettings } from "./physical-settings.ts";
import { postgresInContainer } from "./postgres-container.ts";
import { surroundings } from "./postgres-place.ts";
import type { PostgresSettings } from "./postgres-schema.ts";
import { connectionPlace, describeConnection } from "./postgres-source.ts";

/** Of a target that stands for the backups alone. */
const noSource = "no-source-given";

export const postgres: EngineKind<PostgresSettings> = {
  describe({ url: written, service, container, host = "", port = 5432, database, databases }) {
    const named = listed(databases) ?? database;
    if (container !== undefined) return [describeContainer(container), named].filter(Boolean).join("/");
    if (service !== undefined) return describeConnection(`service=${service}`, named);
    if (written === undefined) return `postgres://${host}:${port}/${named ?? ""}`;
    return describeConnection(written, named);
  },
  container: ({ container }) => container,
  wal: (settings, target, directory) => walSettings(settings, target, (path) => resolve(directory, path)),
  logSource: postgresOptions,
  incremental: incrementalPolicy,
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
    /^(postgres(ql)?:\/)?\//.test(place)
      ? undefined
      : "postgres://user@host/database, docker:container/database, or /a/directory for a physical backup",
  sourceless: { engine: "postgres", host: noSource },
  log: postgresLog,
  async open(settings, context) {
    const { postgres: makeEngine } = await import("@dbsave/postgres");
    return makeEngine(await postgresOptions(settings, context));
  },
};

/** Of the engine, and of those that are a profile of it. */
export async function postgresLog(): Promise<EngineLog> {
  const { walLog } = await import("@dbsave/postgres");
  return walLog;
}

type ServerSettings = Omit<PostgresSettings, "engine">;

/** Of the engine, and of those that are a profile of it. */
export async function postgresOptions(settings: ServerSettings, context: EngineContext): Promise<PostgresOptions> {
  const {
    lock_wait_timeout_ms: lockWaitTimeoutMs,
    bin_directory: binDirectory,
    databases,
    fingerprint,
    jobs,
    dump_jobs: dumpJobs,
    method,
    container,
  } = settings;
  const command = archiveCommand(context, container !== undefined);
  return {
    ...defined({ databases, fingerprint, jobs, dumpJobs, lockWaitTimeoutMs, binDirectory }),
    ...(method !== undefined && {
      methods: [method].flat(),
      physical: physicalOptions(settings, context.target, command),
    }),
    ...(await serverOf(settings, context)),
  };
}

/** Where the server is: in its container, or where programs of PostgreSQL would find it. */
async function serverOf(settings: ServerSettings, context: EngineContext): Promise<PostgresOptions> {
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
