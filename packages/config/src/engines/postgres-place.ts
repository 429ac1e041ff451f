import { homedir, userInfo } from "node:os";
import { Secret } from "@dbsave/core";
import type { Surroundings } from "@dbsave/postgres";

type Environment = Surroundings["env"];

/** The URL of a database with all that the environment, the service file and the password file add to it: it may hold a password. */
export async function completeUrl(url: string, env: Environment): Promise<string> {
  const { libpqOptions } = await import("@dbsave/postgres");
  const { host, port, user, database, password, ssl, sslRootCertificate } = await libpqOptions(
    { url },
    surroundings(env),
  );
  const said = {
    host,
    port,
    user,
    dbname: database,
    password: password instanceof Secret ? password.reveal() : password,
    sslmode: ssl,
    sslrootcert: sslRootCertificate,
  };
  const words = Object.entries(said).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(words.map(([word, value]): [string, string] => [word, String(value)]));
  return `postgres:///?${query.toString()}`;
}

export function surroundings(env: Environment): Surroundings {
  return { env, home: env["HOME"] || homedir(), systemUser: systemUser() ?? (env["USER"] || "postgres") };
}

/** Undefined for a user without a name, as in a container with a number for one. */
function systemUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
