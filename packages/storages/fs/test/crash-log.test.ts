import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type FsPort, type LogStore, openLog, openRepository, type Storage } from "@dbsave/core";
import { CrashFs, failingFs } from "@dbsave/testkit";
import { describe, expect, it } from "vitest";
import { fsStorage } from "../src/index.ts";

const { signal } = new AbortController();
const folder = "7584010098765432100/0000000100000000";
const name = "000000010000000000000001";
const contents = "WAL ".repeat(5_000);
const file = { folder, name, plainSha256: createHash("sha256").update(contents).digest("hex") };
const append = (log: LogStore) => log.append(file, () => Readable.from([Buffer.from(contents)]));

type Open = (fs: FsPort) => Storage;
const asIs: Open = (fs) => fsStorage({ path: "/repository", fs });

async function logOn(fs: FsPort, open: Open = asIs): Promise<LogStore> {
  return openLog(await openRepository(open(fs)), "orders", [], signal);
}

async function disk(): Promise<CrashFs> {
  const fs = new CrashFs();
  await openRepository(asIs(fs), { create: true });
  return fs.restart();
}

/** Whether the file is whole in every state in which the disk may come back when the power is cut now. */
async function survives(fs: CrashFs): Promise<boolean> {
  for (const { mount } of fs.statesAfterCrash(fs.operations.length)) {
    const log = await logOn(mount());
    const [found] = await log.list();
    if (found === undefined || (await text(await log.open(found))) !== contents) return false;
  }
  return true;
}

/** A writer dies at every point, a second one archives the same file on the running machine, then the power is cut. */
async function secondWriters(open: Open): Promise<readonly { outcome: string; survives: boolean }[]> {
  const whole = await disk();
  const counted = failingFs(whole, { at: Number.POSITIVE_INFINITY, code: "EIO" });
  await append(await logOn(counted));
  const results: { outcome: string; survives: boolean }[] = [];
  for (let at = 0; at < counted.operations.length; at += 1) {
    const fs = await disk();
    await append(await logOn(failingFs(fs, { at, code: "EIO", sticky: true }), open)).catch(() => undefined);
    const outcome = await append(await logOn(fs, open));
    results.push({ outcome, survives: await survives(fs) });
  }
  return results;
}

describe("a file of a log", { timeout: 60_000 }, () => {
  it("survives a power cut right after it was archived", async () => {
    const fs = await disk();
    expect(await append(await logOn(fs))).toBe("stored");
    expect(await survives(fs)).toBe(true);
  });

  it("is whole or not listed after a power cut at any point, and can then be archived", async () => {
    const fs = await disk();
    await append(await logOn(fs));
    for (const { name: when, mount } of fs.everyCrash()) {
      const log = await logOn(mount());
      for (const found of await log.list()) expect(await text(await log.open(found)), when).toBe(contents);
      await append(log);
      expect(await log.list(), when).toHaveLength(1);
    }
  });

  it("survives a power cut also when its writer died anywhere and another one found it", async () => {
    const results = await secondWriters(asIs);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(["stored", "present"]));
    expect(results.filter((result) => !result.survives)).toEqual([]);
  });

  it("would not, if nobody settled what is there: this test notices", async () => {
    const results = await secondWriters((fs) => ({ ...asIs(fs), settle: async () => undefined }));
    expect(results.filter((result) => !result.survives)).toContainEqual({ outcome: "present", survives: false });
  });
});
