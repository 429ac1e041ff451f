import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeScratch } from "../src/run/scratch.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "scratch-test-"));
});
afterEach(() => rm(root, { recursive: true }));

/** A directory as a run would have left it. */
async function left(name: string): Promise<string> {
  await mkdir(join(root, name));
  await writeFile(join(root, name, "plain.sqlite"), "secret");
  return name;
}

describe("a scratch directory", () => {
  it("is private, and gone with all that is in it when it is disposed", async () => {
    {
      await using scratch = await makeScratch(root);
      await writeFile(join(scratch.path, "file"), "x");
      expect((await stat(scratch.path)).mode & 0o777).toBe(0o700);
    }
    expect(await readdir(root)).toEqual([]);
  });

  it("has a name that leaves room for a socket", async () => {
    await using scratch = await makeScratch(root);
    expect(basename(scratch.path).length).toBeLessThan(50);
  });

  it("of a killed run is removed by the next one; of a live one, a recent stranger and another program it is left alone", async () => {
    await using live = await makeScratch(root);
    const mine = basename(live.path);
    await left(mine.replace(/-\d+-(\d*)-\w+$/, "-4194000-1-AAAAAA"));
    const stays = [
      mine,
      await left("dbsave-00000000-1-1-BBBBBB"),
      await left("dbsave-notes"),
      await left("another-program"),
    ];
    const old = await left("dbsave-00000000-2-2-CCCCCC");
    const weekAgo = new Date(Date.now() - 8 * 24 * 60 * 60_000);
    await utimes(join(root, old), weekAgo, weekAgo);
    const next = await makeScratch(root);
    await next[Symbol.asyncDispose]();
    expect((await readdir(root)).toSorted()).toEqual(stays.toSorted());
  });
});
