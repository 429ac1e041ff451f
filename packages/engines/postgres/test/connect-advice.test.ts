import { expect, it, onTestFinished, vi } from "vitest";
import { type PostgresOptions, postgres } from "../src/index.ts";
import { connectAdvice } from "../src/sql/connect-advice.ts";
import { type TestServer, testServer } from "./support/server.ts";

interface Case {
  readonly what: string;
  readonly place: (server: TestServer) => Promise<PostgresOptions> | PostgresOptions;
  readonly code: string;
  readonly hint: RegExp;
}

const at = (server: TestServer, more: PostgresOptions = {}): PostgresOptions => server.engineOptions("postgres", more);

const cases: readonly Case[] = [
  {
    what: "a wrong password",
    place: (server) => at(server, { password: "wrong" }),
    code: "PERMISSION_DENIED",
    hint: /Correct the password .*\.pgpass/,
  },
  {
    what: "no password",
    place(server) {
      const { password: _password, ...place } = at(server);
      return place;
    },
    code: "PERMISSION_DENIED",
    hint: /^Give the password of postgres: PGPASSWORD/,
  },
  {
    what: "a database that is not there",
    place: (server) => at(server, { database: "gone" }),
    code: "SOURCE_NOT_FOUND",
    hint: /dbsave inspect "host=.* dbname=postgres"/,
  },
  {
    what: "nobody who listens",
    place: (server) => at(server, { port: 1 }),
    code: "CONNECT_FAILED",
    hint: /^Nobody listens at .*:1: start the server/,
  },
  {
    what: "no socket",
    place: (server) => at(server, { host: "/nowhere" }),
    code: "CONNECT_FAILED",
    hint: /unix_socket_directories/,
  },
  {
    what: "a host that nobody knows",
    place: (server) => at(server, { host: "no-such-host.invalid" }),
    code: "CONNECT_FAILED",
    hint: /name server/,
  },
  {
    what: "a certificate of an authority that nobody knows",
    place: (server) => at(server, { ssl: "verify-full" }),
    code: "CONNECT_FAILED",
    hint: /sslrootcert=/,
  },
  {
    what: "a role that may not log in",
    async place(server) {
      const user = await server.role("sleeper");
      await server.query("postgres", `ALTER ROLE ${user} NOLOGIN`);
      return at(server, { user });
    },
    code: "PERMISSION_DENIED",
    hint: /ALTER ROLE "sleeper_\w+" LOGIN;/,
  },
  {
    what: "a role with all its sessions in use",
    async place(server) {
      const user = await server.role("limited");
      await server.query("postgres", `ALTER ROLE ${user} CONNECTION LIMIT 0`);
      return at(server, { user });
    },
    code: "CONNECT_FAILED",
    hint: /CONNECTION LIMIT of the role/,
  },
  {
    what: "a database that takes no connections",
    async place(server) {
      const database = await server.create("shut");
      await server.query("postgres", `ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
      return at(server, { database });
    },
    code: "CONNECT_FAILED",
    hint: /ALTER DATABASE "shut_\w+" ALLOW_CONNECTIONS true;/,
  },
  {
    what: "a database that the role may not connect to",
    async place(server) {
      const database = await server.create("closed");
      await server.query("postgres", `REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`);
      return at(server, { database, user: await server.role("outsider") });
    },
    code: "PERMISSION_DENIED",
    hint: /GRANT CONNECT ON DATABASE "closed_\w+" TO "outsider_\w+";/,
  },
];

it("the driver takes no password from the environment: whoever makes the engine does", async (test) => {
  const server = await testServer(test);
  vi.stubEnv("PGPASSWORD", server.password);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { password: _password, ...place } = at(server);
  await using engine = postgres(place);
  await using ctx = await server.context();
  await expect(engine.save(ctx)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
});

it("a server without a line for the connection is told the line that is missing", () => {
  const message = 'no pg_hba.conf entry for host "10.0.0.5", user "backup", database "app", no encryption';
  const place = { host: "db", port: 5432, user: "backup", database: "app", ssl: "disable" } as const;
  expect(connectAdvice("28000", message, place)).toBe(
    'Add the line `host "app" "backup" 10.0.0.5/32 scram-sha-256` to pg_hba.conf of the server, and run there: SELECT pg_reload_conf(); Or it only takes connections with TLS: sslmode=require.',
  );
});

it.for(cases)("a connection that fails for $what says what to do", async ({ place, code, hint }, test) => {
  const server = await testServer(test);
  await using engine = postgres(await place(server));
  await using ctx = await server.context();
  const failed = engine.save(ctx);
  await expect(failed).rejects.toMatchObject({ code, hint: expect.stringMatching(hint) });
  await expect(failed).rejects.toMatchObject({ message: expect.not.stringContaining(server.password) });
});
