import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DbsaveError, Secret, systemCode, toDbsaveError } from "@dbsave/core";
import { parseConninfo } from "./libpq/conninfo.ts";
import { type Environment, environmentParts } from "./libpq/environment.ts";
import { passwordIn } from "./libpq/password-file.ts";
import { serviceIn } from "./libpq/service-file.ts";
import type { PostgresOptions, TlsMode } from "./options.ts";
import { type ConnectionParts, connectionParts, isUrl, parseUrl } from "./url.ts";

/** Whose environment, home and name count where nothing is said. */
export interface Surroundings {
  readonly env: Environment;
  /** Where `.pgpass` and `.pg_service.conf` are. */
  readonly home: string;
  /** Name of the user of the operating system. */
  readonly systemUser: string;
}

/** Where a server is, as far as it is said. */
export type Given = Pick<
  PostgresOptions,
  "url" | "host" | "port" | "user" | "password" | "database" | "ssl" | "sslRootCertificate"
> & {
  /** A section of the service file. */
  readonly service?: string;
};

/**
 * The server, database and role that programs of PostgreSQL would reach: what is given, else what the service file says, else the
 * environment (`PGHOST`, `PGSERVICE`, `PGPASSFILE`, …), else their defaults. `url` may be `host=… dbname=…`, too. The password file is read
 * where no password is said. OPTIONS_INVALID; SECRET_UNAVAILABLE when others may read the password; UNSUPPORTED for a variable
 * that would choose among servers. Connects to nothing.
 */
export async function libpqOptions(
  { service: named, url, ...given }: Given,
  around: Surroundings,
): Promise<PostgresOptions> {
  const written = url === undefined ? {} : connectionString(typeof url === "string" ? url : url.reveal());
  const environment = environmentParts(around.env);
  const service = named ?? written.service ?? environment.service;
  const filed = service === undefined ? {} : await serviceParts(service, around);
  const { ssl, sslRootCertificate, passwordFile, ...said } = { ...environment, ...filed, ...written };
  const port = given.port ?? Number(said.port ?? 5432);
  const host = given.host ?? said.host ?? (await socketDirectory(port));
  const user = given.user ?? said.user ?? around.systemUser;
  const database = given.database ?? said.database ?? user;
  const mode = given.ssl ?? (ssl as TlsMode | undefined);
  const certificate = given.sslRootCertificate ?? (sslRootCertificate === "system" ? undefined : sslRootCertificate);
  const file = passwordFile ?? join(around.home, ".pgpass");
  const password = given.password ?? said.password ?? (await filedPassword(file, { host, port, user, database }));
  return {
    host,
    port,
    user,
    database,
    ...(password === undefined ? {} : { password: typeof password === "string" ? new Secret(password) : password }),
    ...(mode === undefined ? {} : { ssl: mode }),
    ...(certificate === undefined ? {} : { sslRootCertificate: certificate }),
  };
}

function connectionString(text: string): ConnectionParts {
  if (isUrl(text)) return parseUrl(text, invalid);
  const said = parseConninfo(text);
  if (said === undefined) throw invalid("url", "it is no postgres:// URL, and not of the form host=... dbname=...");
  return connectionParts(said, "url", invalid);
}

/** $PGSERVICEFILE, else ~/.pg_service.conf, then that of the system, where distributions put it. */
async function serviceParts(service: string, { env, home }: Surroundings): Promise<ConnectionParts> {
  const own = env["PGSERVICEFILE"] || join(home, ".pg_service.conf");
  const system = env["PGSYSCONFDIR"] ? [env["PGSYSCONFDIR"]] : ["/etc/postgresql-common", "/etc/sysconfig/pgsql"];
  const files = [own, ...system.map((directory) => join(directory, "pg_service.conf"))];
  for (const file of files) {
    const text = await textOf(file);
    const said = serviceIn(text ?? "", service, (line) => invalid("service", `${file}: line ${line} cannot be read`));
    if (said !== undefined) return connectionParts(said, `service ${service} in ${file}`, invalid);
  }
  throw invalid("service", `${service} is not in ${files.join(", ")}`);
}

async function filedPassword(
  file: string,
  place: { readonly host: string; readonly port: number; readonly user: string; readonly database: string },
): Promise<string | undefined> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
  const host = defaultSocketDirectories.includes(place.host) ? "localhost" : place.host;
  const password = passwordIn(text, { ...place, host });
  if (password !== undefined && ((await stat(file)).mode & 0o077) !== 0) {
    throw new DbsaveError(
      "SECRET_UNAVAILABLE",
      `postgres: the password of ${place.user} is in ${file}, which others may read`,
      {
        hint: `Programs of PostgreSQL ignore it, too, until: chmod 600 ${file}`,
      },
    );
  }
  return password;
}

const defaultSocketDirectories = ["/var/run/postgresql", "/tmp"];

/** Where the socket of a server is, which libpq was told when it was built. */
async function socketDirectory(port: number): Promise<string> {
  for (const directory of defaultSocketDirectories) {
    if (await isThere(join(directory, `.s.PGSQL.${port}`))) return directory;
  }
  const [first = ""] = defaultSocketDirectories;
  return first;
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** Undefined when there is no such file. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).isFile() ? await readFile(file, "utf8") : undefined;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw toDbsaveError(error, "OPTIONS_INVALID", `postgres: ${file} cannot be read`);
  }
}

function invalid(option: string, why: string): DbsaveError {
  return new DbsaveError("OPTIONS_INVALID", `postgres: ${option}: ${why}`);
}
