import { randomBytes } from "node:crypto";
import type { ServerName, TestServer } from "@dbsave/testbed";
import { type ParsedOptions, type PostgresOptions, parseOptions } from "../../../src/options.ts";

export const majors: readonly ServerName[] = ["postgres-15", "postgres-17-timescale", "postgres-18-timescale"];

export function optionsOf({ host, port, user, password }: TestServer, more: PostgresOptions = {}): ParsedOptions {
  return parseOptions({ host, port, user, password, database: "postgres", ...more });
}

/** A tablespace with one table, in a directory of its own on the server. */
export async function withTablespace(server: TestServer): Promise<{ readonly location: string } & AsyncDisposable> {
  const name = `space_${randomBytes(4).toString("hex")}`;
  const location = `/tmp/${name}`;
  const shell = (script: string): string => `copy (select 1) to program 'cat > /dev/null; ${script}'`;
  await server.sql(shell(`mkdir ${location}`));
  await server.sql(`create tablespace ${name} location '${location}'`);
  await server.sql(`create table in_${name} tablespace ${name} as select i from generate_series(1, 1000) i`);
  return {
    location,
    async [Symbol.asyncDispose]() {
      await server.sql(`drop table in_${name}`);
      await server.sql(`drop tablespace ${name}`);
      await server.sql(shell(`rmdir ${location}`));
    },
  };
}

export async function withRole(
  server: TestServer,
  attributes: string,
): Promise<{ readonly name: string } & AsyncDisposable> {
  const name = `role_${randomBytes(4).toString("hex")}`;
  await server.sql(`create role ${name} login password 'pw' ${attributes}`);
  return { name, [Symbol.asyncDispose]: async () => void (await server.sql(`drop role ${name}`)) };
}
