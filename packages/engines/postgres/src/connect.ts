import { readFile } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { DbsaveError, isDbsaveError, throwIfAborted, toDbsaveError } from "@dbsave/core";
import { Client, type ClientConfig } from "pg";
import type { ParsedOptions, TlsMode } from "./options.ts";
import type { Session } from "./session.ts";
import { connectAdvice } from "./sql/connect-advice.ts";
import { driverError, sqlState } from "./sql/driver-error.ts";

const connectTimeoutMs = 15_000;

/** A session that waits for pg_dump says nothing for hours, and firewalls forget it; a server that is gone says nothing, too. */
export const keepAliveSeconds = 30;

const batchRows = 500;

/**
 * Opens a session whose settings are pinned, so that the text of a value is the same on every server, and in which row
 * security never hides a row: the query fails instead. Takes no lock. CONNECT_FAILED, PERMISSION_DENIED, SOURCE_NOT_FOUND.
 */
export async function connect(options: ParsedOptions, database: string, signal: AbortSignal): Promise<Session> {
  const what = `postgres: cannot connect to ${options.host}:${options.port}, database ${database}`;
  throwIfAborted(signal, what);
  let client: Client;
  try {
    client = await openClient(options, database, signal);
  } catch (error) {
    throw connectError(error, { ...options, database }, what, signal);
  }
  const session = sessionOn(client, database, signal);
  try {
    await session.query(pinSettings, [options.lockWaitTimeoutMs]);
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** A connection that was not had, with what to do about it where that is known. */
export function connectError(raw: unknown, place: ParsedOptions, what: string, signal: AbortSignal): DbsaveError {
  const isPassword = raw instanceof Error && /client password must be/.test(raw.message);
  const meant = isPassword
    ? new DbsaveError("PERMISSION_DENIED", `${what}: it asks for a password`)
    : driverError(raw, what);
  const error = toDbsaveError(isDbsaveError(meant) ? meant : raw, "CONNECT_FAILED", what, signal);
  const advice = connectAdvice(sqlState(raw) ?? "", error.message, place);
  if (error.code === "ABORTED" || advice === undefined) return error;
  return new DbsaveError(error.code, error.message, { cause: error.cause, hint: advice });
}

/** Calls `work` with a session that is closed afterwards. */
export async function withSession<T>(
  options: ParsedOptions,
  database: string,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  await using session = await connect(options, database, signal);
  return await work(session);
}

/** The driver's connection, logged in. `more` are settings of the driver. Rejects as the driver does. */
export async function openClient(
  options: ParsedOptions,
  database: string,
  signal: AbortSignal,
  more: ClientConfig = {},
): Promise<Client> {
  const { host, port, user, password, ssl } = options;
  const config = {
    ...more,
    host,
    port,
    user,
    database,
    password: password?.reveal() ?? "",
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveSeconds * 1000,
  };
  const certificates = await readCertificates(options.sslRootCertificate);
  try {
    return await start({ ...config, ssl: tls(ssl, certificates) }, signal);
  } catch (error) {
    if (ssl !== "prefer" || !(error instanceof Error) || !/does not support SSL/.test(error.message)) throw error;
    return await start({ ...config, ssl: false }, signal);
  }
}

/** A function for a password keeps the driver from looking for one in the environment and in files. */
async function start(config: ClientConfig & { password: string }, signal: AbortSignal): Promise<Client> {
  const client = new Client({ ...config, password: () => config.password, application_name: "dbsave" });
  client.on("error", () => {}); // the query that runs, or the next one, fails with it
  const cut = (): void => cutOff(client);
  signal.addEventListener("abort", cut, { once: true });
  try {
    await client.connect();
    return client;
  } catch (error) {
    cutOff(client);
    throw error;
  } finally {
    signal.removeEventListener("abort", cut);
  }
}

async function readCertificates(path: string | null): Promise<Buffer | undefined> {
  if (path === null) return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    throw new DbsaveError("OPTIONS_INVALID", `postgres: option sslRootCertificate: cannot be read: ${path}`, { cause });
  }
}

function tls(mode: TlsMode, certificates: Buffer | undefined): ClientConfig["ssl"] {
  if (mode === "disable") return false;
  const ca = certificates === undefined ? {} : { ca: certificates };
  if (mode === "verify-full") return { ...ca, rejectUnauthorized: true };
  if (mode === "verify-ca") return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  return { rejectUnauthorized: false };
}

function sessionOn(client: Client, database: string, signal: AbortSignal): Session {
  const cut = (): void => cutOff(client);
  signal.addEventListener("abort", cut, { once: true });
  const query: Session["query"] = async <Row extends object>(sql: string, values?: readonly unknown[]) => {
    try {
      return (await client.query<Row>(sql, values === undefined ? undefined : [...values])).rows;
    } catch (error) {
      if (signal.aborted) throw new DbsaveError("ABORTED", `postgres: cancelled: ${database}`, { cause: error });
      throw driverError(error, `postgres: ${database}`);
    }
  };
  return {
    database,
    query,
    async *batches<Row extends object>(sql: string) {
      await query(`DECLARE batches NO SCROLL CURSOR FOR ${sql}`);
      for (;;) {
        const rows = await query<Row>(`FETCH ${batchRows} FROM batches`);
        if (rows.length > 0) yield rows;
        if (rows.length < batchRows) break;
      }
      await query("CLOSE batches");
    },
    async [Symbol.asyncDispose]() {
      signal.removeEventListener("abort", cut);
      if (streamOf(client).destroyed) return;
      await client.end().catch(() => cutOff(client));
    },
  };
}

/** Ends the connection at once, whatever it is doing. */
export function cutOff(client: Client): void {
  streamOf(client).destroy();
}

/** The driver has no public way to give a connection up at once, or to let the server wait. */
export function streamOf(client: Client): Duplex {
  return (client as unknown as { connection: { stream: Duplex } }).connection.stream;
}

/** Only the settings that the server knows: some are newer than the oldest server. */
const pinSettings = `
  SELECT pg_catalog.set_config(s.name, v.value, false)
  FROM pg_catalog.pg_settings s JOIN (VALUES
    ('search_path', ''), ('DateStyle', 'ISO, MDY'), ('TimeZone', 'UTC'), ('IntervalStyle', 'postgres'),
    ('extra_float_digits', '3'), ('bytea_output', 'hex'), ('xmlbinary', 'base64'), ('lc_monetary', 'C'),
    ('row_security', 'off'), ('statement_timeout', '0'), ('idle_in_transaction_session_timeout', '0'),
    ('idle_session_timeout', '0'), ('transaction_timeout', '0'), ('lock_timeout', $1::pg_catalog.text),
    ('synchronize_seqscans', 'off'), ('jit', 'off'), ('max_parallel_workers_per_gather', '0'), ('client_connection_check_interval', '2s')
  ) v (name, value) ON lower(s.name) = lower(v.name)`;
