import { execFileSync } from "node:child_process";
import { lstat, mkdir, readdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeFs } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { fsStorage } from "../src/index.ts";
import { keysOf, put, signal, sweepAll } from "./steps.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const refusal = { code: "KEY_INVALID" };

describe("inside the repository", () => {
  it("a link in place of a directory is refused, and nothing happens where it leads", async () => {
    const { root, outside, storage } = await repositoryAndOutside();
    await symlink(outside, join(root, "linked"));
    await expect(put(storage, "linked/new", "bytes")).rejects.toMatchObject(refusal);
    await expect(put(storage, "linked/deep/new", "bytes")).rejects.toMatchObject(refusal);
    await expect(storage.get("linked/secret", { signal })).rejects.toMatchObject(refusal);
    await expect(storage.stat("linked/secret", signal)).rejects.toMatchObject(refusal);
    await expect(storage.delete("linked/secret", signal)).rejects.toMatchObject(refusal);
    for (const prefix of ["", "linked", "linked/", "linked/sec"]) {
      await expect(keysOf(storage, prefix)).rejects.toMatchObject(refusal);
    }
    await symlink(outside, join(root, "order"));
    expect(await keysOf(storage, "orders/")).toEqual(["orders/a"]);
    expect(await readdir(outside)).toEqual(["secret"]);
  });

  it("a file with a name that no key can have fails the listing", async () => {
    const { root, storage } = await repositoryAndOutside();
    await writeFile(join(root, "orders", "line\nbreak"), "");
    await expect(keysOf(storage)).rejects.toMatchObject(refusal);
  });

  it("a link in place of an object is refused and not followed", async () => {
    const { root, outside, storage } = await repositoryAndOutside();
    await symlink(join(outside, "secret"), join(root, "orders/link"));
    await symlink(join(outside, "missing"), join(root, "orders/dangling"));
    for (const key of ["orders/link", "orders/dangling"]) {
      await expect(storage.get(key, { signal })).rejects.toMatchObject(refusal);
      await expect(put(storage, key, "bytes")).rejects.toMatchObject(refusal);
      await expect(put(storage, key, "bytes", "replace")).rejects.toMatchObject(refusal);
      await expect(storage.delete(key, signal)).rejects.toMatchObject(refusal);
    }
    expect(await readFile(join(outside, "secret"), "utf8")).toBe("secret");
    expect(await readdir(outside)).toEqual(["secret"]);
  });

  it("a link in place of the temporary directory is refused", async () => {
    const { root, outside, storage } = await repositoryAndOutside();
    await nodeFs.removeDirectory(join(root, "tmp"));
    await symlink(outside, join(root, "tmp"));
    await expect(put(storage, "orders/b", "bytes")).rejects.toMatchObject(refusal);
    await expect(sweepAll(storage)).rejects.toMatchObject(refusal);
    expect(await readdir(outside)).toEqual(["secret"]);
  });

  it("a pipe in place of an object is refused without waiting for its writer", async () => {
    const { root, storage } = await repositoryAndOutside();
    execFileSync("mkfifo", [join(root, "orders/pipe")]);
    await expect(storage.get("orders/pipe", { signal })).rejects.toMatchObject(refusal);
    await expect(keysOf(storage)).rejects.toMatchObject(refusal);
  });

  it("an object in place of a directory, and the other way round, is OBJECT_EXISTS", async () => {
    const { storage } = await repositoryAndOutside();
    await expect(put(storage, "orders/a/below", "bytes")).rejects.toMatchObject({ code: "OBJECT_EXISTS" });
    await expect(put(storage, "orders", "bytes")).rejects.toMatchObject({ code: "OBJECT_EXISTS" });
    await expect(put(storage, "orders", "bytes", "replace")).rejects.toMatchObject({ code: "OBJECT_EXISTS" });
    expect(await keysOf(storage)).toEqual(["orders/a"]);
  });

  it("files are for their owner alone, whatever the umask", async () => {
    const { root, storage } = await repositoryAndOutside();
    const old = process.umask(0);
    try {
      await put(storage, "new/deep/object", "bytes");
    } finally {
      process.umask(old);
    }
    const modes = ["", "tmp", "new", "new/deep", "new/deep/object"].map(
      async (name) => (await lstat(join(root, name))).mode,
    );
    expect((await Promise.all(modes)).map((mode) => (mode & 0o777).toString(8))).toEqual([
      "700",
      "700",
      "700",
      "700",
      "600",
    ]);
  });

  it("what a file system keeps in its own root is not listed, nor what is not committed", async () => {
    const { root, storage } = await repositoryAndOutside();
    await mkdir(join(root, "lost+found"), { mode: 0 });
    await writeFile(join(root, "tmp", "something.partial"), "");
    expect(await keysOf(storage)).toEqual(["orders/a"]);
    expect(await keysOf(storage, "tm")).toEqual([]);
  });

  it("directories that are empty after a deletion are removed, the repository itself is not", async () => {
    const { root, storage } = await repositoryAndOutside();
    await put(storage, "orders/backups/1/data", "bytes");
    await storage.delete("orders/backups/1/data", signal);
    expect(await readdir(join(root, "orders"))).toEqual(["a"]);
    await storage.delete("orders/a", signal);
    expect(await readdir(root)).toEqual(["tmp"]);
  });
});

describe("the repository's directory", () => {
  it("is not made by anything but a put", async () => {
    const path = await temporaryDirectory();
    const storage = fsStorage({ path: join(path, "missing", "repository") });
    await expect(storage.get("dbsave.json", { signal })).rejects.toMatchObject({ code: "OBJECT_NOT_FOUND" });
    await expect(storage.stat("dbsave.json", signal)).rejects.toMatchObject({ code: "OBJECT_NOT_FOUND" });
    expect(await keysOf(storage)).toEqual([]);
    await storage.delete("dbsave.json", signal);
    expect(await sweepAll(storage)).toBe(0);
    expect(await storage.freeBytes?.(signal)).toBeGreaterThan(0);
    expect(await readdir(path)).toEqual([]);
    await put(storage, "dbsave.json", "{}");
    expect(await readdir(path)).toEqual(["missing"]);
  });

  it("may be reached by a link", async () => {
    const { root } = await repositoryAndOutside();
    await symlink(root, `${root}-link`);
    const storage = fsStorage({ path: `${root}-link` });
    await put(storage, "b", "bytes");
    expect(await keysOf(storage)).toEqual(["b", "orders/a"]);
  });

  it("must be a path", () => {
    for (const path of ["", "nul\0byte"]) {
      expect(() => fsStorage({ path })).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
    }
  });
});

it("a file that is cut while it is read fails the reader", async () => {
  const { root, storage } = await repositoryAndOutside();
  await put(storage, "orders/large", "x".repeat(4 * 1024 * 1024));
  const stream = await storage.get("orders/large", { signal });
  async function cutAfterOne(): Promise<void> {
    for await (const chunk of stream) await truncate(join(root, "orders/large"), chunk.length);
  }
  await expect(cutAfterOne()).rejects.toMatchObject({ code: "STORAGE_FAILED" });
});

it("a reader gets the object it opened, also when it is replaced or deleted meanwhile", async () => {
  const { storage } = await repositoryAndOutside();
  const first = await storage.get("orders/a", { signal });
  await put(storage, "orders/a", "other bytes", "replace");
  await storage.delete("orders/a", signal);
  expect(await Array.fromAsync(first, String)).toEqual(["bytes"]);
});

async function repositoryAndOutside(): Promise<{
  root: string;
  outside: string;
  storage: ReturnType<typeof fsStorage>;
}> {
  const path = await temporaryDirectory();
  const root = join(path, "repository");
  const outside = join(path, "outside");
  await mkdir(outside);
  await writeFile(join(outside, "secret"), "secret");
  const storage = fsStorage({ path: root });
  await put(storage, "orders/a", "bytes");
  return { root, outside, storage };
}
