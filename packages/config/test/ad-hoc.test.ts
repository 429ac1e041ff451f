import { join } from "node:path";
import { hostTools } from "@dbsave/exec";
import { describe, expect, it } from "vitest";
import { type AdHocOptions, adHocConfig, adHocStorage } from "../src/index.ts";
import { failure } from "./workplace.ts";

const cwd = "/work-place";
const options = (more: Partial<AdHocOptions>): AdHocOptions => ({
  to: "./backups",
  cwd,
  env: { PW: "correct horse" },
  tools: hostTools(),
  signal: new AbortController().signal,
  ...more,
});
const adHoc = async (more: Partial<AdHocOptions>) => {
  const [target] = (await adHocConfig(options(more))).targets;
  return target ?? expect.unreachable("there is no target");
};

describe("without a configuration", () => {
  it("a path and a directory are enough", async () => {
    const target = await adHoc({ source: "./data/app.db" });
    expect(target).toMatchObject({
      name: "app",
      engine: "sqlite",
      source: join(cwd, "data/app.db"),
      storage: { name: "repository", type: "fs", description: join(cwd, "backups") },
      retention: null,
      verify: "restore",
    });
    await using opened = await target.open();
    expect(opened.job.codecs.map(({ name }) => name)).toEqual(["zstd"]);
  });

  it("a container is named by docker: or compose:, with a database of it or none", async () => {
    const named = [
      ["docker:pg", "pg", { name: "pg" }],
      ["docker:pg/orders", "orders", { name: "pg" }],
      ["compose:shop/db", "shop-db", { compose: "shop/db" }],
      ["compose:shop/db/orders", "orders", { compose: "shop/db" }],
    ] as const;
    for (const [source, name, container] of named) {
      expect(await adHoc({ source })).toMatchObject({ name, engine: "postgres", source, container });
    }
    for (const source of ["docker:", "compose:shop", "docker:a b"]) {
      const error = await failure(adHoc({ source }));
      expect([error.code, error.message.split(":")[0]]).toEqual(["USAGE", "source"]);
    }
  });

  it("TimescaleDB is named by its own URLs, or where the engine is said", async () => {
    const source = "timescaledb://backup@db/metrics";
    const named = { name: "metrics", engine: "timescaledb", source: "postgres://db/metrics" };
    expect(await adHoc({ source })).toMatchObject(named);
    expect(await adHoc({ source: "postgres://backup@db/metrics", engine: "timescaledb" })).toMatchObject(named);
    expect(await adHoc({ source: "docker:pg", engine: "timescaledb" })).toMatchObject({ engine: "timescaledb" });
    await using opened = await (await adHoc({ source })).open();
    expect(opened.job.engine.name).toBe("timescaledb");
  });

  it("everything can be said that a file can say", async () => {
    const target = await adHoc({
      source: "sqlite:///srv/app.db",
      to: "/srv/backups",
      target: "orders",
      compress: "gzip:9",
      passphrase: "env:PW",
      keep: { daily: 7 },
      verify: "structure",
      save: "optional",
      timezone: "Europe/Berlin",
      method: "sql",
    });
    expect(target).toMatchObject({ name: "orders", source: "/srv/app.db", storage: { description: "/srv/backups" } });
    await using opened = await target.open();
    expect(opened.job).toMatchObject({
      target: "orders",
      methods: ["sql"],
      save: "optional",
      verify: "structure",
      retention: { keep: { daily: 7 }, timeZone: "Europe/Berlin", anchor: 6 },
    });
    expect(opened.job.codecs.map(({ name }) => name)).toEqual(["gzip", "age"]);
  });

  it("recipients turn encryption on, and verify stops at what needs no identity", async () => {
    const target = await adHoc({ source: "a.db", recipients: [`age1${"q".repeat(58)}`] });
    expect(target.verify).toBe("hashes");
  });

  it.each([
    ["app.db", "app"],
    ["/var/lib/x/My App (2).sqlite3", "My-App-2"],
    [".hidden.db", "hidden"],
    ["größe.db", "größe"],
    ["runs.db", "runs-database"],
    ["---", "database"],
    ["sqlite:data/a.b.db", "a.b"],
    ["sqlite://data/app.db?mode=ro", "app"],
    ["file:///srv/with%20space.db", "with-space"],
  ])("the target of %s is called %s", async (source, name) => {
    expect((await adHoc({ source })).name).toBe(name);
  });

  it("backups can be looked into without a source", async () => {
    const target = await adHoc({ engine: "sqlite", target: "orders" });
    expect(target.name).toBe("orders");
    await using opened = await target.open();
    expect(opened.job.engine.name).toBe("sqlite");
  });

  it("a repository can be named alone", async () => {
    const storage = await adHocStorage({ to: "b", cwd });
    expect(storage.description).toBe("/work-place/b");
    await using created = await storage.create();
    expect(created.name).toBe("fs:/work-place/b");
    expect((await adHocStorage({ to: "file:///srv/b", cwd })).description).toBe("/srv/b");
  });
});

describe("without a configuration, a mistake names its option:", () => {
  const cases: readonly (readonly [string, Partial<AdHocOptions>, string, string])[] = [
    [
      "an engine of a later version",
      { source: "redis://u:hunter2@db/app" },
      "UNSUPPORTED",
      'this version of dbsave has no engine "redis" yet',
    ],
    [
      "a variant of its scheme",
      { source: "mongodb+srv://u:hunter2@db/app" },
      "UNSUPPORTED",
      'this version of dbsave has no engine "mongodb" yet',
    ],
    ["an unknown scheme", { source: "mysql://u:hunter2@db" }, "USAGE", "no engine knows mysql: URLs"],
    [
      "a storage of a later version",
      { source: "a.db", to: "s3://bucket" },
      "UNSUPPORTED",
      'this version of dbsave has no storage "s3" yet',
    ],
    [
      "a database without its server",
      { engine: "postgres", into: "app" },
      "USAGE",
      "postgres: no server is configured that the place could be on",
    ],
    ["an unknown engine", { engine: "mysql" }, "UNSUPPORTED", 'this version of dbsave has no engine "mysql"'],
    [
      "an unknown engine of a database",
      { source: "docker:pg", engine: "timescale" },
      "UNSUPPORTED",
      'this version of dbsave has no engine "timescale"',
    ],
    [
      "an engine for something else",
      { source: "./app.db", engine: "timescaledb" },
      "USAGE",
      "--engine: the named database is none that timescaledb could be asked for",
    ],
    ["nothing named", {}, "USAGE", "no source is named"],
    [
      "an empty repository",
      { source: "a.db", to: "" },
      "USAGE",
      "--to: expected a path; ~ is not expanded, write it out",
    ],
    ["an empty source", { source: "" }, "USAGE", "source: expected a path; ~ is not expanded, write it out"],
    [
      "a wrong target name",
      { source: "a.db", target: "a/b" },
      "USAGE",
      "--target: expected a name of letters, digits, dots, dashes and underscores, beginning with a letter or digit",
    ],
    [
      "a wrong compression",
      { source: "a.db", compress: "lz4" },
      "USAGE",
      "--compress: expected none, gzip, gzip:1 to gzip:9, zstd or zstd:1 to zstd:22",
    ],
    [
      "a wrong level",
      { source: "a.db", verify: "all" },
      "USAGE",
      '--verify: expected hashes, structure, restore or off, got "all"',
    ],
    [
      "a wrong method",
      { source: "a.db", method: "vacum" },
      "USAGE",
      '--method: expected online, vacuum or sql, got "vacum": did you mean "vacuum"?',
    ],
    [
      "two mistakes",
      { source: "a.db", compress: "x", save: "x" },
      "USAGE",
      'config: 2 mistakes:\n  --compress: expected none, gzip, gzip:1 to gzip:9, zstd or zstd:1 to zstd:22\n  --save: expected required, optional or off, got "x"',
    ],
    [
      "a passphrase itself",
      { source: "a.db", passphrase: "hunter2" },
      "USAGE",
      "--passphrase: expected env:NAME, file:/path or cmd:program with arguments, without quotes and shell signs: a secret never stands in the file itself",
    ],
    [
      "an identity for a recipient",
      { source: "a.db", recipients: ["AGE-SECRET-KEY-1hunter2"] },
      "USAGE",
      "an identity was given instead of the file that holds it",
    ],
    [
      "recipients and a passphrase",
      { source: "a.db", recipients: ["r.txt"], passphrase: "env:PW" },
      "USAGE",
      "--recipient: expected either age (recipients) or passphrase",
    ],
    [
      "verify without a key",
      { source: "a.db", recipients: ["r.txt"], verify: "restore" },
      "USAGE",
      "--verify: restore must decrypt the backup: add identities to encrypt, or choose verify: hashes",
    ],
  ];

  it.each(cases)("%s", async (_what, more, code, message) => {
    const error = await failure(adHocConfig(options(more)));
    expect([error.code, error.message]).toEqual([code, message]);
    expect(`${error.message}${error.hint}`).not.toContain("hunter2");
  });

  it("a secret that is not there", async () => {
    const target = await adHoc({ source: "a.db", passphrase: "env:NO" });
    expect(await failure(target.open())).toMatchObject({
      code: "SECRET_UNAVAILABLE",
      message: "--passphrase: env:NO: the variable is not set",
    });
  });
});
