import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { inspect } from "node:util";
import { isDbsaveError, type Storage } from "@dbsave/core";
import { CrashFs, type FailingFs, type Failure, failingFs } from "@dbsave/testkit";
import { describe, expect, it } from "vitest";
import { fsStorage } from "../src/index.ts";

const { signal } = new AbortController();
const path = "/srv/repository";
const key = "orders/backups/1/data.bin";
const oldBytes = "old bytes";
const newBytes = "new bytes".repeat(200_000);

type Content = string | undefined;
type SystemCode = keyof typeof codes;

interface Work {
  readonly old: Content;
  readonly new: Content;
  readonly run: (storage: Storage, body: Readable) => Promise<unknown>;
}

const works: Readonly<Record<string, Work>> = {
  "a put": {
    old: undefined,
    new: newBytes,
    run: (storage, body) => storage.put(key, body, { signal, ifExists: "fail" }),
  },
  "a replacement": {
    old: oldBytes,
    new: newBytes,
    run: (storage, body) => storage.put(key, body, { signal, ifExists: "replace" }),
  },
  "a deletion": { old: oldBytes, new: undefined, run: (storage) => storage.delete(key, signal) },
};

const codes = {
  EIO: "STORAGE_FAILED",
  EMFILE: "STORAGE_FAILED",
  ENOSPC: "NO_SPACE",
  EDQUOT: "NO_SPACE",
  EFBIG: "NO_SPACE",
  EROFS: "PERMISSION_DENIED",
  EACCES: "PERMISSION_DENIED",
} as const;

describe("whichever operation of the disk fails,", { timeout: 60_000 }, () => {
  for (const [name, work] of Object.entries(works)) {
    it(`${name} says so with its error code, and the key is as it was`, async () => {
      for (const code of Object.keys(codes) as SystemCode[]) {
        const trials = await tryEveryFailure(work, { code });
        expect(trials.length).toBeGreaterThan(4);
        expect(trials.flatMap((trial) => faultsOf(work, trial, code))).toEqual([]);
      }
    });

    it(`${name} leaves old or new bytes on a disk that stays dead`, async () => {
      const trials = await tryEveryFailure(work, { code: "EIO", sticky: true });
      expect(trials.length).toBeGreaterThan(4);
      const allowed = ({ error }: Trial): Content[] => (error === undefined ? [work.new] : [work.old, work.new]);
      expect(trials.filter((trial) => !allowed(trial).includes(trial.content))).toEqual([]);
    });
  }

  it("a sync that failed is never tried again", async () => {
    const trials = await tryEveryFailure(works["a put"] as Work, { code: "EIO" });
    const ofSync = trials.filter(({ failed }) => failed.startsWith("sync /"));
    expect(ofSync).toHaveLength(1);
    for (const { failed, operations } of ofSync) expect(operations.filter((one) => one === failed)).toEqual([failed]);
  });

  it("a file that had to stay is named in the error", async () => {
    const disk = new CrashFs();
    const fs = failingFs(disk, { at: 8, code: "EIO", sticky: true });
    const body = Readable.from([newBytes]);
    const putting = fsStorage({ path, fs }).put(key, body, { signal, ifExists: "fail" });
    await expect(putting).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: expect.stringMatching(/left behind: .*\.partial$/),
    });
  });
});

interface Trial {
  readonly operations: FailingFs["operations"];
  readonly failed: string;
  readonly error: unknown;
  readonly content: Content;
  readonly left: readonly string[];
  readonly isBodyOpen: boolean;
}

async function tryEveryFailure(work: Work, failure: Omit<Failure, "at">): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (let at = 0; ; at += 1) {
    const trial = await tryWithFailure(work, { ...failure, at });
    if (at >= trial.operations.length) return trials;
    trials.push(trial);
  }
}

async function tryWithFailure(work: Work, failure: Failure): Promise<Trial> {
  const disk = new CrashFs();
  const storage = fsStorage({ path, fs: disk });
  if (work.old !== undefined) await storage.put(key, Readable.from([work.old]), { signal, ifExists: "fail" });
  const fs = failingFs(disk, failure);
  const body = Readable.from([newBytes]);
  const [outcome] = await Promise.allSettled([work.run(fsStorage({ path, fs }), body)]);
  const error: unknown = outcome.status === "rejected" ? outcome.reason : undefined;
  const content = await contentOf(storage);
  const left = (await disk.list(`${path}/tmp`).catch(() => [])).map(({ name }) => name);
  await storage.put(key, Readable.from([newBytes]), { signal, ifExists: content === undefined ? "fail" : "replace" });
  const { operations } = fs;
  return { operations, failed: operations[failure.at] ?? "", error, content, left, isBodyOpen: !body.destroyed };
}

function faultsOf(work: Work, trial: Trial, code: SystemCode): string[] {
  const { error, failed, content, left } = trial;
  if (error === undefined) {
    const may =
      code === "EACCES" ? /^(unlink .*\.partial|rmdir|sync directory \/(srv)?$)/ : /^(unlink .*\.partial|rmdir)/;
    return may.test(failed) && content === work.new ? [] : [`${code} of ${failed}: success was reported`];
  }
  const faults: string[] = [];
  if (!isDbsaveError(error, codes[code])) faults.push(`failed with ${inspect(error)}`);
  if (content !== work.old && !(content === work.new && hasNoWayBack(work, trial))) faults.push("the key has changed");
  if (left.length > 0) faults.push(`left behind: ${left.join()}`);
  if (trial.isBodyOpen && work.new !== undefined) faults.push("the body is open");
  return faults.map((fault) => `${code} of ${failed}: ${fault}`);
}

/** After the swap of a replacement, or the removal of a name, when their sync fails. */
function hasNoWayBack(work: Work, { operations, failed }: Trial): boolean {
  const done = operations.slice(0, operations.lastIndexOf(failed));
  return work.old !== undefined && done.some((operation) => /^(rename|unlink)/.test(operation));
}

async function contentOf(storage: Storage): Promise<Content> {
  try {
    return String(await buffer(await storage.get(key, { signal })));
  } catch (error) {
    if (isDbsaveError(error, "OBJECT_NOT_FOUND")) return undefined;
    throw error;
  }
}
