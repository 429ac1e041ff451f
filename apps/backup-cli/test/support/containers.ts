import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { currentRun, docker, ensureImage, runLabel, SERVERS, type ServerName } from "@dbsave/testbed";
import { expect, onTestFinished, type TestContext } from "vitest";
import { emptyDirectory } from "./built-dbsave.ts";

export interface DatabaseContainer {
  readonly name: string;
  /** Of the superuser `shop`, whose database is `orders`. */
  readonly password: string;
  sql(statements: string): string;
}

export interface DatabaseContainerOptions {
  /** Options of `docker create`. @default a volume without a name */
  readonly create?: readonly string[];
  /** To start a container on the data of another one. */
  readonly password?: string;
}

/** Skips the test where there is no Docker engine. */
export async function imageOf(server: ServerName, test: Pick<TestContext, "skip">): Promise<string> {
  if (spawnSync("docker", ["version"]).status !== 0) test.skip("needs docker");
  const spec = SERVERS.find(({ name }) => name === server);
  return await ensureImage(spec ?? expect.unreachable(server));
}

/**
 * A server as the official image makes one of POSTGRES_USER, POSTGRES_DB and POSTGRES_PASSWORD_FILE, with the same pg_hba.conf,
 * in a container that publishes no port. It is removed with its volumes after the test.
 */
export function databaseContainer(image: string, options: DatabaseContainerOptions = {}): DatabaseContainer {
  const { create = ["--volume", "/data"], password = `canary-${randomBytes(12).toString("hex")}` } = options;
  const name = `dbsave-e2e-${randomBytes(6).toString("hex")}`;
  const variables = { POSTGRES_USER: "shop", POSTGRES_DB: "orders", POSTGRES_PASSWORD_FILE: "/run/pg-password" };
  const env = Object.entries(variables).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  const mine = ["--name", name, "--user", "0", "--label", `${runLabel}=${currentRun().name}`];
  docker("create", ...mine, ...env, ...create, "--entrypoint", "sh", image, "-c", likeOfficialImage);
  onTestFinished(() => void docker("rm", "--force", "--volumes", name));
  const file = join(emptyDirectory(), "pg-password");
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  docker("cp", file, `${name}:/run/pg-password`);
  docker("start", name);
  const psql = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "/tmp", "-U", "shop", "-d", "orders"];
  docker("exec", name, "sh", "-c", 'until [ -e /tmp/ready ] && "$@" -c "select 1"; do sleep 0.1; done', "sh", ...psql);
  return { name, password, sql: (statements) => docker("exec", name, ...psql, "-c", statements) };
}

/** The entry point of the image does the same: first on a socket alone, then on all addresses. */
const likeOfficialImage = `
set -eu
export DATA=/data/pg
as_postgres() { su -s /bin/sh postgres -c "PATH=$PATH; $1"; }
if [ ! -s $DATA/PG_VERSION ]; then
  mkdir -p $DATA && chown -R postgres /data && chmod 700 $DATA
  install -o postgres -m 400 $POSTGRES_PASSWORD_FILE /tmp/password
  as_postgres "initdb -D $DATA -U $POSTGRES_USER --pwfile=/tmp/password --auth-local=trust --auth-host=trust"
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> $DATA/pg_hba.conf
  as_postgres "pg_ctl -D $DATA -w -o '-c listen_addresses= -c unix_socket_directories=/tmp' start"
  as_postgres "createdb -h /tmp -U $POSTGRES_USER $POSTGRES_DB"
  as_postgres "pg_ctl -D $DATA -w -m fast stop"
fi
touch /tmp/ready
exec su -s /bin/sh postgres -c "PATH=$PATH; exec postgres -D $DATA -c listen_addresses=* -c unix_socket_directories=/tmp"
`;

/** A volume that is removed after the test, when its containers are. */
export function namedVolume(...options: readonly string[]): string {
  const name = `dbsave-e2e-${randomBytes(6).toString("hex")}`;
  onTestFinished(() => void docker("volume", "rm", name));
  return docker("volume", "create", ...options, name);
}
