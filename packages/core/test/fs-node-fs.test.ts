import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeFs } from "../src/index.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dbsave-node-fs-"));
});
afterEach(() => rm(directory, { recursive: true }));

describe("nodeFs", () => {
  it("opens nothing through a link", async () => {
    await writeFile(join(directory, "file"), "bytes");
    await symlink("file", join(directory, "link"));
    await expect(nodeFs.openFile(join(directory, "link"))).rejects.toMatchObject({ code: "ELOOP" });
    await expect(nodeFs.createFile(join(directory, "link"), 0o600)).rejects.toMatchObject({ code: "EEXIST" });
    expect(await nodeFs.lstat(join(directory, "link"))).toMatchObject({ kind: "symlink" });
  });

  it("does not wait for the writer of a pipe", async () => {
    execFileSync("mkfifo", [join(directory, "pipe")]);
    const file = await nodeFs.openFile(join(directory, "pipe"));
    expect(await file.stat()).toMatchObject({ kind: "other" });
    await file.close();
  });

  it("tells what a directory holds", async () => {
    await nodeFs.makeDirectory(join(directory, "inside"));
    await writeFile(join(directory, "file"), "");
    await symlink("nowhere", join(directory, "link"));
    const entries = (await nodeFs.list(directory)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(entries).toEqual([
      { name: "file", kind: "file" },
      { name: "inside", kind: "directory" },
      { name: "link", kind: "symlink" },
    ]);
  });

  it("fails to sync a directory that is none", async () => {
    await expect(nodeFs.syncDirectory(join(directory, "missing"))).rejects.toMatchObject({ code: "ENOENT" });
    await writeFile(join(directory, "file"), "");
    await expect(nodeFs.syncDirectory(join(directory, "file"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });
});
