import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { configJsonSchema } from "../src/index.ts";
import { validate } from "../src/schema/validate.ts";

const published = new URL("../schema/dbsave.schema.json", import.meta.url);
const recipient = `age1${"q".repeat(58)}`;

const sound = {
  version: 1,
  storages: { local: { type: "fs", path: "/b" } },
  targets: { app: { engine: "sqlite", path: "a.db" } },
};
const withDefault = (defaults: object) => ({ ...sound, defaults: { verify: "hashes", ...defaults } });
const withTarget = (settings: object) => ({ ...sound, targets: { app: { ...sound.targets.app, ...settings } } });
const withSource = (settings: object) => ({ ...sound, targets: { app: { engine: "sqlite", ...settings } } });
const withContainer = (settings: object) => ({ ...sound, targets: { app: { engine: "postgres", ...settings } } });
const without = (key: keyof typeof sound) => Object.fromEntries(Object.entries(sound).filter(([name]) => name !== key));

const good: readonly object[] = [
  sound,
  withDefault({}),
  { ...sound, scratch: "/var/tmp" },
  ...["none", "gzip", "gzip:9", "zstd", "zstd:1", "zstd:22"].map((compress) => withDefault({ compress })),
  ...["all", { daily: 7, weekly: 4, monthly: 6 }, { last: 1, yearly: 0, within: "90d" }].map((keep) =>
    withDefault({ keep }),
  ),
  withDefault({ encrypt: "none" }),
  withDefault({ encrypt: { age: [recipient, "file:/etc/r.txt", "env:R", "cmd:get r"] } }),
  withDefault({ encrypt: { age: [recipient], identities: ["file:key.txt"] } }),
  withDefault({ encrypt: { passphrase: "env:PW" } }),
  withDefault({ guard: "off" }),
  withDefault({ guard: { min_size_ratio: 0.1, min_rows_ratio: 1 } }),
  withDefault({ timezone: "Europe/Berlin", week_starts: "monday", save: "off" }),
  withTarget({ to: "local", keep: "all", verify: "off" }),
  withSource({ url: "sqlite:/data/app.db", method: "vacuum", checkpoint: "passive", busy_timeout_ms: 0 }),
  withSource({ url: "env:DATABASE_URL" }),
  ...[{ compose: "shop/db" }, { label: "dbsave.target=orders" }, { name: "pg", network: "backend" }].map((container) =>
    withContainer({ container, user: "backup", password: "file:/run/secrets/pg", databases: "all" }),
  ),
  ...[
    { method: "physical" },
    { method: ["logical", "physical"], wal: "archive", incremental: {}, physical: {} },
    { method: "physical", wal: "off", incremental: "off", physical: { checkpoint: "spread", max_rate: "64MB" } },
    { method: "physical", wal: { mode: "archive", spool: "/var/spool/dbsave", workers: 4, max_size: "1TB" } },
    { method: "physical", wal: { mode: "receive", slot: "dbsave", max_lag: "512kB", stalled_after: "15m" } },
    { method: "physical", incremental: { full_every: "2w", longest_chain: 12 }, physical: { check_files: false } },
  ].map((settings) => withContainer({ host: "db", ...settings })),
  { ...sound, storages: { größe: { type: "fs", path: "./b", keep: { last: 3 } } } },
];

const bad: readonly unknown[] = [
  null,
  [],
  "x",
  without("version"),
  without("storages"),
  without("targets"),
  { ...sound, version: 2 },
  { ...sound, version: "1" },
  { ...sound, extra: 1 },
  { ...sound, scratch: "" },
  { ...sound, scratch: "~/tmp" },
  { ...sound, defaults: { scratch: "/var/tmp" } },
  { ...sound, targets: {} },
  { ...sound, storages: {} },
  { ...sound, targets: [] },
  { ...sound, targets: { "a/b": sound.targets.app } },
  { ...sound, targets: { "": sound.targets.app } },
  { ...sound, targets: { app: { path: "a.db" } } },
  { ...sound, targets: { app: { engine: "redis", path: "a.db" } } },
  { ...sound, targets: { app: { engine: "sqlite" } } },
  { ...sound, targets: { app: { engine: "postgres" } } },
  withContainer({ container: {} }),
  withContainer({ container: "pg" }),
  withContainer({ container: { network: "backend" } }),
  withContainer({ container: { name: "pg", compose: "shop/db" } }),
  withContainer({ container: { compose: "db" } }),
  withContainer({ container: { name: "pg" }, host: "db" }),
  { ...sound, targets: { app: { engine: "postgres", host: "db", password: "hunter2" } } },
  ...[
    { method: [] },
    { method: "dump" },
    { method: ["physical", "physical"] },
    { method: "physical", physical: { checkpoint: "slow" } },
    { method: "physical", physical: { max_rate: "64MiB" } },
    { method: "physical", physical: { workers: -1 } },
    { method: "physical", wal: "push" },
    { method: "physical", wal: {} },
    { method: "physical", wal: { mode: "archive", slot: "dbsave" } },
    { method: "physical", wal: { mode: "receive", slot: "Dbsave" } },
    { method: "physical", wal: { mode: "receive", stalled_after: "90s" } },
    { method: "physical", incremental: true },
    { method: "physical", incremental: { longest_chain: 0 } },
  ].map((settings) => withContainer({ host: "db", ...settings })),
  { ...sound, storages: { s: { type: "s3", path: "x" } } },
  { ...sound, storages: { s: { type: "fs" } } },
  withTarget({ path: "~/a.db" }),
  withTarget({ path: "" }),
  withTarget({ path: null }),
  withTarget({ url: "env:DATABASE_URL" }),
  withSource({ url: "postgres://db/app" }),
  withTarget({ busy_timeout_ms: -1 }),
  withTarget({ method: "copy" }),
  withTarget({ pth: 1 }),
  ...["", "lz4", "gzip:0", "gzip:10", "zstd:23", "zstd:", 3].map((compress) => withDefault({ compress })),
  ...[
    "none",
    null,
    7,
    { daily: -1 },
    { daily: 1.5 },
    { daily: "7" },
    { dayly: 7 },
    { within: "90m" },
    { within: 90 },
    { within: "0d" },
  ].map((keep) => withDefault({ keep })),
  ...[
    "age",
    {},
    { age: [] },
    { age: recipient },
    { age: ["age1x"] },
    { age: ["AGE-SECRET-KEY-1X"] },
    { passphrase: "hunter2" },
  ].map((encrypt) => withDefault({ encrypt })),
  withDefault({ encrypt: { age: [recipient], passphrase: "env:PW" } }),
  withDefault({ encrypt: { passphrase: "env:PW", identities: ["env:I"] } }),
  withDefault({ guard: { min_size_ratio: 2 } }),
  withDefault({ guard: true }),
  withDefault({ verify: true }),
  withDefault({ week_starts: "Saturday" }),
];

describe("the JSON Schema", () => {
  it("that is published is the one of this version (renew it: pnpm --filter @dbsave/config schema)", async () => {
    expect(JSON.parse(await readFile(published, "utf8"))).toEqual(await configJsonSchema());
  });

  const check = async () => {
    const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true });
    return ajv.compile(JSON.parse(await readFile(published, "utf8")));
  };

  it("accepts what dbsave accepts", async () => {
    const accepts = await check();
    for (const value of good) {
      expect([validate(value), accepts(value)], JSON.stringify(value)).toEqual([{ data: value }, true]);
    }
  });

  it("refuses what dbsave refuses", async () => {
    const accepts = await check();
    for (const value of bad) {
      expect(["issues" in validate(value), accepts(value)], JSON.stringify(value)).toEqual([true, false]);
    }
  });

  it("lets the user have keys that begin with x-, as the file may", async () => {
    expect((await check())({ ...sound, "x-keep": { daily: 7 } })).toBe(true);
  });
});
