import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processIdentity } from "@dbsave/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeScratch } from "../src/run/scratch.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "scratch-test-"));
});
afterEach(() => rm(root, { recursive: true }));

/** A directory as a run would have left it. */
async function left(name: string, owner: string): Promise<void> {
  await mkdir(join(root, name, "work"), { recursive: true });
  await writeFile(join(root, name, "owner.json"), owner);
  await writeFile(join(root, name, "work", "plain.sqlite"), "secret");
}

describe("a scratch directory", () => {
  it("is private, and gone with all that is in it when it is disposed", async () => {
    {
      await using scratch = await makeScratch(root);
      await writeFile(join(scratch.path, "file"), "x");
      expect((await stat(scratch.path)).mode & 0o777).toBe(0o700);
      expect((await stat(join(scratch.path, ".."))).mode & 0o777).toBe(0o700);
    }
    expect(await readdir(root)).toEqual([]);
  });

  it("of a killed run is removed by the next one; of a live one, an unknown one and a stranger it is left alone", async () => {
    const here = processIdentity();
    await left("dbsave-dead", JSON.stringify({ ...here, pid: 4_194_000, startTime: "1" }));
    await left("dbsave-live", JSON.stringify(here));
    await left("dbsave-elsewhere", JSON.stringify({ ...here, host: "another-host" }));
    await left("dbsave-garbage", "not json");
    await left("another-program", JSON.stringify({ ...here, pid: 4_194_000, startTime: "1" }));
    const scratch = await makeScratch(root);
    const names = (await readdir(root)).filter((name) => !/^dbsave-\w{6}$/.test(name));
    await scratch[Symbol.asyncDispose]();
    expect(names.toSorted()).toEqual(["another-program", "dbsave-elsewhere", "dbsave-garbage", "dbsave-live"]);
  });
});
