import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { archiveCommand } from "../src/engines/physical-settings.ts";
import { failure, type Workplace, workplace } from "./workplace.ts";

const load = async (here: Workplace, settings: string, name = "orders", engine = "postgres") => {
  const storages = "version: 1\nstorages: { local: { type: fs, path: b } }\n";
  await here.file("dbsave.yaml", `${storages}targets:\n  ${name}: { engine: ${engine}, host: db, ${settings} }\n`);
  const [target] = (await here.load()).targets;
  return target ?? expect.unreachable("there is no target");
};

const jobOf = async (here: Workplace, settings: string, engine?: string) => {
  const target = await load(here, settings, "orders", engine);
  await using opened = await target.open();
  return opened.job;
};

describe.for(["postgres", "timescaledb"])("a target of %s", (engine) => {
  it("takes logical backups when it says nothing", async () => {
    await using here = await workplace();
    const job = await jobOf(here, "user: backup", engine);
    expect(job.methods).toBeUndefined();
    expect(Object.keys(job.engine.capabilities.methods)).toEqual(["logical"]);
  });

  it("takes the methods it names, in their order", async () => {
    await using here = await workplace();
    const both = await jobOf(here, "method: [physical, logical]", engine);
    expect(both.methods).toEqual(["physical", "logical"]);
    expect(Object.keys(both.engine.capabilities.methods)).toEqual(["physical", "logical"]);
    const one = await jobOf(here, "method: physical", engine);
    expect(one.methods).toEqual(["physical"]);
    expect(Object.keys(one.engine.capabilities.methods)).toEqual(["physical"]);
  });

  it("says when a backup must be full", async () => {
    await using here = await workplace();
    expect((await jobOf(here, "method: physical", engine)).incremental).toBeNull();
    expect((await jobOf(here, "method: physical, incremental: off", engine)).incremental).toBeNull();
    expect((await jobOf(here, "method: physical, incremental: {}", engine)).incremental).toEqual({
      fullEveryMs: 7 * 86_400_000,
      longestChain: 6,
    });
    const own = "incremental: { full_every: 36h, longest_chain: 2 }";
    expect((await jobOf(here, `method: physical, ${own}`, engine)).incremental).toEqual({
      fullEveryMs: 36 * 3_600_000,
      longestChain: 2,
    });
  });

  it("says how its WAL is archived", async () => {
    await using here = await workplace();
    const job = async (text: string) => await jobOf(here, `method: physical, wal: ${text}`, engine);
    const wal = async (text: string) => (await load(here, `method: physical, wal: ${text}`, "Shop-1", engine)).wal;
    expect((await load(here, "method: physical")).wal).toBeNull();
    expect(await wal("off")).toBeNull();
    const alarms = { keepMs: null, stalledAfterMs: 86_400_000, maxBytes: null };
    expect(await wal("archive")).toEqual({ mode: "archive", spool: null, workers: 2, ...alarms });
    expect(await wal("receive")).toEqual({
      mode: "receive",
      spool: null,
      slot: "dbsave_shop_1",
      maxLagBytes: 2 ** 30,
      ...alarms,
    });
    expect(
      await wal("{ mode: archive, spool: spool, workers: 4, keep: 2w, stalled_after: 15m, max_size: 2TB }"),
    ).toEqual({
      mode: "archive",
      spool: join(here.directory, "spool"),
      workers: 4,
      keepMs: 14 * 86_400_000,
      stalledAfterMs: 900_000,
      maxBytes: 2 * 2 ** 40,
    });
    expect([(await job("archive")).log?.keepMs, (await job("{ mode: receive, keep: 3d }")).log?.keepMs]).toEqual([
      null,
      3 * 86_400_000,
    ]);
    expect(await wal("{ mode: receive, slot: own, spool: way, max_lag: 64MB }")).toMatchObject({
      spool: join(here.directory, "way"),
      slot: "own",
      maxLagBytes: 2 ** 26,
    });
  });
});

it("archive_command names the configuration where the server does not find it, and the script in a container", () => {
  const command = (configFile: string | null, isInContainer = false) =>
    archiveCommand({ target: "orders", configFile }, isInContainer);
  expect(command(null)).toBe("dbsave-wal push --target orders %p");
  expect(command("/home/ops/dbsave.yaml")).toBe("dbsave-wal push --config /home/ops/dbsave.yaml --target orders %p");
  expect(command("/home/o's %p/dbsave.yaml")).toBe("dbsave-wal push --target orders %p");
  expect(command("/home/ops/dbsave.yaml", true)).toBe("/usr/local/bin/dbsave-archive %p");
});

describe("a mistake", () => {
  const cases: readonly (readonly [promise: string, settings: string, message: string])[] = [
    [
      "in a method",
      "method: phisical",
      'method: expected logical or physical, got "phisical": did you mean "physical"?',
    ],
    [
      "in one of several methods",
      "method: [logical, phisical]",
      'method[1]: expected logical or physical, got "phisical": did you mean "physical"?',
    ],
    ["of naming a method twice", "method: [logical, logical]", "method: a method stands there twice"],
    [
      "in wal",
      "method: physical, wal: recieve",
      'wal: expected archive, receive or off, got "recieve": did you mean "receive"?',
    ],
    [
      "in the mode of wal",
      "method: physical, wal: { mode: archiv }",
      'wal.mode: expected archive or receive, got "archiv": did you mean "archive"?',
    ],
    [
      "in an option of wal",
      "method: physical, wal: { mode: archive, spol: x }",
      'wal.spol: unknown key "spol": did you mean "spool"?',
    ],
    [
      "in a size",
      "method: physical, physical: { max_rate: 64 }",
      "physical.max_rate: expected text, got a whole number",
    ],
    [
      "in the unit of a size",
      "method: physical, physical: { max_rate: 64MiB }",
      "physical.max_rate: expected a size such as 512kB, 64MB, 10GB or 1TB",
    ],
    [
      "in a key of physical",
      "method: physical, physical: { chekpoint: fast }",
      'physical.chekpoint: unknown key "chekpoint": did you mean "checkpoint"?',
    ],
    [
      "in incremental",
      "method: physical, incremental: { full_evry: 7d }",
      'incremental.full_evry: unknown key "full_evry": did you mean "full_every"?',
    ],
    [
      "of archiving WAL without physical backups",
      "wal: archive",
      "wal: it needs physical backups: add method: physical, or method: [logical, physical]",
    ],
  ];
  it.for(cases)("%s is told where it is, with what was meant", async ([, settings, message]) => {
    await using here = await workplace();
    const told = (await failure(load(here, settings))).message;
    expect(told).toBe(`dbsave.yaml:4: targets.orders.${message}`);
  });

  it("in the rate is told when the target is opened", async () => {
    await using here = await workplace();
    const target = await load(here, "method: physical, physical: { max_rate: 2GB }");
    expect(await failure(target.open())).toMatchObject({ code: "OPTIONS_INVALID" });
  });
});
