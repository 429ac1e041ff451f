import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDbsaveError } from "@dbsave/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { withSession } from "../src/connect.ts";
import { parseConninfo } from "../src/libpq/conninfo.ts";
import { passwordIn } from "../src/libpq/password-file.ts";
import { type Given, libpqOptions } from "../src/libpq.ts";
import { parseOptions } from "../src/options.ts";
import { toolText } from "../src/tools/tool-text.ts";
import { tools } from "./support/context.ts";
import { testServer } from "./support/server.ts";

const { signal } = new AbortController();
const reached = "SELECT current_user || ' ' || current_database() || ' ' || inet_server_port()";

async function home(files: Readonly<Record<string, string>>, mode = 0o600): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "dbsave-home-"));
  onTestFinished(() => rm(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(path, name), text);
    await chmod(join(path, name), mode);
  }
  return path;
}

/** A place as it is said in one case, out of the words of a server. */
interface Server {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly role: string;
  readonly database: string;
}

interface Case {
  readonly said?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

const cases: Readonly<Record<string, (server: Server) => Case>> = {
  "the environment alone": ({ host, port, role, database, password }) => ({
    env: { PGHOST: host, PGPORT: String(port), PGUSER: role, PGDATABASE: database, PGPASSWORD: password },
  }),
  "the role's name where no database is said": ({ host, port, role, password }) => ({
    said: `postgres://${host}:${port}`,
    env: { PGUSER: role, PGPASSWORD: password, PGDATABASE: "" },
  }),
  "a URL before the environment": ({ host, port, role, database, password }) => ({
    said: `postgres://${role}@${host}:${port}/${database}?connect_timeout=5`,
    env: { PGUSER: "postgres", PGDATABASE: "postgres", PGPORT: "1", PGPASSWORD: password },
  }),
  "a URL without a host": ({ host, port, role, database, password }) => ({
    said: `postgres://${role}@/${database}`,
    env: { PGHOST: host, PGPORT: String(port), PGPASSWORD: password },
  }),
  "words and values": ({ host, port, role, database, password }) => ({
    said: `host=${host} port = ${port} user='${role}' dbname=${database} password='${password}'`,
    env: { PGUSER: "postgres" },
  }),
  "a service before the environment": ({ host, port, role, database, password }) => ({
    env: { PGSERVICE: "orders", PGPORT: "1", PGUSER: "postgres" },
    files: {
      ".pg_service.conf": `[other]\nhost=nowhere\n# mine\n[orders]\nhost=${host}\nport=${port}\nuser=${role}\ndbname=${database}\npassword=${password}\n[last]\nuser=x\n`,
    },
  }),
  "a URL before its service": ({ host, port, role, database, password }) => ({
    said: `postgres:///${database}?service=orders`,
    env: { PGSERVICE: "other" },
    files: {
      ".pg_service.conf": `[orders]\nhost=${host}\nport=${port}\nuser=${role}\ndbname=postgres\npassword=${password}\n`,
    },
  }),
  "a password of the password file": ({ host, port, role, database, password }) => ({
    said: `postgres://${role}@${host}:${port}/${database}`,
    env: {},
    files: {
      ".pgpass": `# first\n${host}:${port}:other:${role}:wrong\n${host}:*:${database}:${role}:${password}\n*:*:*:*:wrong\n`,
    },
  }),
};

describe.each(Object.entries(cases))("%s", (_name, describeCase) => {
  it("reaches the server, role and database that psql reaches", async (test) => {
    const server = await testServer(test);
    const role = await server.role("libpq");
    await server.query("postgres", `CREATE DATABASE "${role}"`);
    const { hostname: host, port, password } = new URL(server.url("postgres"));
    const { said, env, files = {} } = describeCase({ host, port: Number(port), role, database: role, password });
    const directory = await home(files);
    const place = said === undefined ? [] : ["-d", said];
    const options = { env: { ...env, HOME: directory }, signal };
    const psql = await toolText(tools, "psql", ["-XAtw", ...place, "-c", reached], options).catch((error: unknown) =>
      isDbsaveError(error, "TOOL_MISSING") ? test.skip("needs psql") : Promise.reject(error),
    );
    const around = { env, home: directory, systemUser: "nobody" };
    const parsed = parseOptions(await libpqOptions(said === undefined ? {} : { url: said }, around));
    const rows = await withSession(parsed, parsed.database, signal, (session) =>
      session.query<{ place: string }>(`${reached} AS place`),
    );
    expect(rows).toEqual([{ place: psql.trim() }]);
    expect(psql).toContain(`${role} ${role} `);
  });
});

describe("the defaults", () => {
  it("are the system's user, a database of that name and a socket", async () => {
    const around = { env: {}, home: await home({}), systemUser: "alice" };
    const { host, ...rest } = await libpqOptions({ url: "postgres://" }, around);
    expect(rest).toEqual({ port: 5432, user: "alice", database: "alice" });
    expect(host).toMatch(/^\/(var\/run\/postgresql|tmp)$/);
  });
});

describe("is refused:", () => {
  it.each<[string, Given, Readonly<Record<string, string>>, string, string]>([
    [
      "a server chosen by its attributes",
      {},
      { PGTARGETSESSIONATTRS: "standby" },
      "UNSUPPORTED",
      "PGTARGETSESSIONATTRS",
    ],
    ["an address beside the name", {}, { PGHOSTADDR: "10.0.0.1" }, "UNSUPPORTED", "PGHOSTADDR"],
    ["a key of a client", {}, { PGSSLKEY: "/k" }, "UNSUPPORTED", "PGSSLKEY"],
    ["several hosts", {}, { PGHOST: "a,b" }, "UNSUPPORTED", "several hosts"],
    ["a service that is nowhere", { service: "gone" }, {}, "OPTIONS_INVALID", "gone is not in"],
    [
      "a word that libpq does not know",
      { url: "host=db pasword=hunter2" },
      {},
      "OPTIONS_INVALID",
      '"pasword" is not known',
    ],
    ["what is neither", { url: "hunter2@db" }, {}, "OPTIONS_INVALID", "no postgres:// URL"],
  ])("%s", async (_what, given, env, code, message) => {
    const options = libpqOptions(given, { env, home: await home({}), systemUser: "alice" });
    await expect(options).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    await expect(options).rejects.toMatchObject({ message: expect.not.stringContaining("hunter2") });
  });

  it("a service file with a line that says nothing", async () => {
    const around = { env: {}, home: await home({ ".pg_service.conf": "[a]\nhost db\n" }), systemUser: "alice" };
    await expect(libpqOptions({ service: "a" }, around)).rejects.toMatchObject({
      code: "OPTIONS_INVALID",
      message: expect.stringContaining("line 2"),
    });
  });

  it("a password that others may read, with the command that puts it right; a file without it is of no concern", async () => {
    const around = {
      env: {},
      home: await home({ ".pgpass": "db:5432:app:alice:secret\n" }, 0o640),
      systemUser: "alice",
    };
    await expect(libpqOptions({ url: "postgres://db/app" }, around)).rejects.toMatchObject({
      code: "SECRET_UNAVAILABLE",
      hint: expect.stringContaining(`chmod 600 ${join(around.home, ".pgpass")}`),
    });
    expect(await libpqOptions({ url: "postgres://db/other" }, around)).not.toHaveProperty("password");
  });
});

it("a password file's fields may hold colons and backslashes", () => {
  const place = { host: "db", port: 5432, user: "a:b", database: "x" };
  expect(passwordIn(`${String.raw`db:5432:x:a\:b:pass\:wo\\rd`}\n`, place)).toBe(String.raw`pass:wo\rd`);
  expect(passwordIn("db:5432:x:a:b\n", place)).toBeUndefined();
});

it("words and values may be quoted and escaped", () => {
  expect(parseConninfo(String.raw` dbname = 'it\'s \\ here' host=a\ b user='' `)).toEqual({
    dbname: String.raw`it's \ here`,
    host: "a b",
    user: "",
  });
  for (const text of ["", "app", "host=a b", "host='a"]) expect(parseConninfo(text), text).toBeUndefined();
});
