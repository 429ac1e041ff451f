import { createHash } from "node:crypto";
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile as writePlain } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FsPort, makeDirectories, nodeFs, publishFile, readRange, writeFile } from "../src/index.ts";

const { signal } = new AbortController();
let directory: string;
let path: string;
let temporary: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "dbsave-publish-"));
  path = join(directory, "copy.db");
  temporary = join(directory, ".copy.db.partial");
});
afterEach(() => rm(directory, { recursive: true }));

describe("publishFile", () => {
  it("makes a file with the bytes of the body, for its owner alone, and leaves nothing else", async () => {
    const stat = await publishFile(nodeFs, path, body("bytes"), { signal, ifExists: "fail", temporary });
    expect(stat).toMatchObject({ kind: "file", sizeBytes: 5 });
    expect(await readFile(path, "utf8")).toBe("bytes");
    expect((await lstat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(["copy.db"]);
  });

  it("gives the file the permissions that are asked for", async () => {
    const old = process.umask(0);
    await publishFile(nodeFs, path, body("bytes"), { signal, ifExists: "fail", temporary, mode: 0o640 });
    process.umask(old);
    expect((await lstat(path)).mode & 0o777).toBe(0o640);
  });

  it("checks the SHA-256 of what it writes", async () => {
    const sha256 = createHash("sha256").update("bytes").digest("hex");
    await publishFile(nodeFs, path, body("bytes"), { signal, ifExists: "fail", temporary, sha256 });
    const other = publishFile(nodeFs, path, body("other"), { signal, ifExists: "replace", temporary, sha256 });
    await expect(other).rejects.toMatchObject({ code: "CHECKSUM_MISMATCH" });
    expect(await readFile(path, "utf8")).toBe("bytes");
    expect(await readdir(directory)).toEqual(["copy.db"]);
  });

  it("never writes over a file or through a link that has the name", async () => {
    await writePlain(join(directory, "precious"), "precious");
    await symlink(join(directory, "precious"), path);
    const published = publishFile(nodeFs, path, body("bytes"), { signal, ifExists: "fail", temporary });
    await expect(published).rejects.toMatchObject({ code: "OBJECT_EXISTS" });
    await symlink(join(directory, "precious"), temporary);
    const throughTemporary = publishFile(nodeFs, `${path}.2`, body("bytes"), { signal, ifExists: "fail", temporary });
    await expect(throughTemporary).rejects.toMatchObject({ code: "STORAGE_FAILED" });
    expect(await readFile(join(directory, "precious"), "utf8")).toBe("precious");
  });

  it("makes the directory that is asked for, and fails without one", async () => {
    const inside = join(directory, "a", "b", "copy.db");
    const options = { signal, ifExists: "fail", temporary } as const;
    const failure = { code: "STORAGE_FAILED", message: expect.stringContaining("ENOENT") };
    await expect(publishFile(nodeFs, inside, body("bytes"), options)).rejects.toMatchObject(failure);
    const makeDirectory = (): Promise<void> => makeDirectories(nodeFs, join(directory, "a", "b"));
    await publishFile(nodeFs, inside, body("bytes"), { ...options, makeDirectory });
    expect(await readFile(inside, "utf8")).toBe("bytes");
    expect((await lstat(join(directory, "a"))).mode & 0o777).toBe(0o700);
  });

  it("does not give the name to a file that is cancelled while it is synced", async () => {
    const controller = new AbortController();
    const cancelling: FsPort = {
      ...nodeFs,
      createFile: async (file, mode) => {
        const real = await nodeFs.createFile(file, mode);
        return { ...real, sync: () => real.sync().finally(() => controller.abort()) };
      },
    };
    const options = { signal: controller.signal, ifExists: "fail", temporary } as const;
    const published = publishFile(cancelling, path, body("bytes"), options);
    await expect(published).rejects.toMatchObject({ code: "ABORTED" });
    expect(await readdir(directory)).toEqual([]);
  });

  it("gives up when the directory vanishes again and again", async () => {
    let made = 0;
    const makeDirectory = async (): Promise<void> => {
      made += 1;
    };
    const options = { signal, ifExists: "fail", temporary, makeDirectory } as const;
    const published = publishFile(nodeFs, join(directory, "gone", "copy.db"), body("bytes"), options);
    await expect(published).rejects.toMatchObject({ code: "STORAGE_FAILED" });
    expect(made).toBe(10);
    expect(await readdir(directory)).toEqual([]);
  });
});

describe("writeFile", () => {
  it("writes ten thousand small chunks as they come", async () => {
    const chunks = Array.from({ length: 10_000 }, (_, i) => Buffer.from(`${i},`));
    const { sizeBytes } = await writeFile(nodeFs, path, Readable.from([...chunks, Buffer.alloc(0)]), { signal });
    const expected = Buffer.concat(chunks);
    expect(sizeBytes).toBe(expected.byteLength);
    expect((await readFile(path)).equals(expected)).toBe(true);
  });

  it("fails when fewer bytes arrive than were written", async () => {
    const losing: FsPort = {
      ...nodeFs,
      createFile: async (file, mode) => {
        const real = await nodeFs.createFile(file, mode);
        return { ...real, write: (chunks) => real.write(chunks.slice(1)) };
      },
    };
    const written = writeFile(losing, path, body("bytes"), { signal });
    await expect(written).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: expect.stringContaining("0 of 5 bytes arrived"),
    });
    expect(await readdir(directory)).toEqual([]);
  });
});

describe("readRange", () => {
  it("fails when the file ends before the range does", async () => {
    await writePlain(path, "0123456789");
    const stream = readRange(await nodeFs.openFile(path), 4, 10, "test: read");
    await expect(buffer(stream)).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: "test: read: the file ends at byte 10 instead of 14",
    });
  });

  it("closes the file of a stream that is never read", async () => {
    await writePlain(path, "0123456789");
    const file = await nodeFs.openFile(path);
    await new Promise((resolve) => readRange(file, 0, 10, "test: read").once("close", resolve).destroy());
    await expect(file.stat()).rejects.toMatchObject({ code: "EBADF" });
  });
});

function body(content: string): Readable {
  return Readable.from([Buffer.from(content)]);
}
