import { withContext } from "@dbsave/core";
import { hostTools } from "@dbsave/exec";
import { describe, expect, it } from "vitest";
import { type AdHocOptions, adHocConfig, completePlace, type OpenTarget, type TargetConfig } from "../src/index.ts";
import { failure, workplace } from "./workplace.ts";

const { signal } = new AbortController();

async function adHoc(source: string, env: AdHocOptions["env"] = {}): Promise<TargetConfig> {
  const config = await adHocConfig({ source, to: "./backups", cwd: "/", env, tools: hostTools(), signal });
  const [target] = config.targets;
  if (target === undefined) throw new Error("there is no target");
  return target;
}

/** Where a probe tries to connect to: nobody listens on port 1. */
async function placeOf({ job }: OpenTarget): Promise<string> {
  const { tools, servers } = { tools: hostTools(), servers: { start: () => Promise.reject(new Error("none")) } };
  const run = { signal, tools, servers, scratchRoot: "/tmp", now: () => new Date(), report: () => undefined };
  const { message } = await failure(withContext(run, "app", "probe", (ctx) => job.engine.probe(ctx)));
  return /connect to (\S+, database \S+):/.exec(message)?.[1] ?? message;
}

it("a source is described and named without a secret", async () => {
  const sources = [
    ["postgres://u:hunter2@db:6432/app", "app", "postgres://db:6432/app"],
    ["postgres://u:hunter2@/app?host=/tmp", "app", "postgres:///tmp/app"],
    ["postgres://?service=orders", "orders", "PostgreSQL service orders"],
    ["postgres://", "postgres", "PostgreSQL by PG* of the environment"],
    ["postgres:///app", "app", "PostgreSQL by PG* of the environment, app"],
    ["host=db dbname='app' password=hunter2", "app", "postgres://db/app"],
    ["service=orders", "orders", "PostgreSQL service orders"],
  ] as const;
  for (const [written, name, source] of sources) expect(await adHoc(written)).toMatchObject({ name, source });
});

describe("a server is found", () => {
  it("by the environment where the source says nothing", async () => {
    const env = { PGHOST: "127.0.0.1", PGPORT: "1", PGUSER: "alice", PGDATABASE: "orders" };
    await using opened = await (await adHoc("postgres://", env)).open();
    expect(await placeOf(opened)).toBe("127.0.0.1:1, database orders");
    await using other = await (await adHoc("postgres:///app", env)).open();
    expect(await placeOf(other)).toBe("127.0.0.1:1, database app");
  });

  it("by a service of the configuration, whose file is in the home of the user", async () => {
    await using here = await workplace();
    await here.file(".pg_service.conf", "[orders]\nhost=127.0.0.1\nport=1\ndbname=orders\n");
    const target = "{ engine: postgres, service: orders, database: other }";
    await here.file("dbsave.yaml", `version: 1\nstorages: { s: { type: fs, path: b } }\ntargets: { app: ${target} }\n`);
    const [app] = (await here.load({ env: { HOME: here.directory, PGHOST: "nowhere" } })).targets;
    expect(app?.source).toBe("PostgreSQL service orders, other");
    await using opened = await app?.open();
    expect(opened && (await placeOf(opened))).toBe("127.0.0.1:1, database other");
  });
});

it("the place of a restore is completed by the environment, and only where it is a URL", async () => {
  const env = { PGPASSWORD: "p w+d", PGUSER: "alice", HOME: "/nowhere" };
  const completed = new URL(await completePlace("postgres://bob@db/app?sslmode=require", env));
  expect(Object.fromEntries(completed.searchParams)).toEqual({
    host: "db",
    port: "5432",
    user: "bob",
    dbname: "app",
    password: "p w+d",
    sslmode: "require",
  });
  for (const place of ["./copy.db", "app_check", "docker:pg/app"]) expect(await completePlace(place, env)).toBe(place);
});

it("a service that is nowhere is a mistake at its line", async () => {
  await using here = await workplace();
  const target = "{ engine: postgres, service: gone }";
  await here.file("dbsave.yaml", `version: 1\nstorages: { s: { type: fs, path: b } }\ntargets: { app: ${target} }\n`);
  const [app] = (await here.load({ env: { HOME: here.directory } })).targets;
  const error = await failure(app?.open() ?? Promise.resolve());
  expect([error.code, error.message]).toEqual([
    "OPTIONS_INVALID",
    expect.stringContaining("dbsave.yaml:3: targets.app: postgres: service: gone is not in"),
  ]);
});
