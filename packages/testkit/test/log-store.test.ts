import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type LogStore, memoryStorage, openLog, openRepository, Secret, type Storage } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { toyCompression, toyEncryption } from "../src/index.ts";

const { signal } = new AbortController();
const folder = "7584010098765432100/0000000100000000";
const name = "000000010000000000000001";
const codecs = [toyCompression(), toyEncryption(new Secret("key"))];

interface Subject {
  readonly storage: Storage;
  readonly log: LogStore;
}

async function subject(used = codecs): Promise<Subject> {
  const storage = memoryStorage();
  const repository = await openRepository(storage, { create: true });
  return { storage, log: openLog(repository, "orders", used, signal) };
}

function append(log: LogStore, contents: string, as = name): Promise<"stored" | "present"> {
  return log.append({ folder, name: as, plainSha256: sha256(contents) }, () => Readable.from([Buffer.from(contents)]));
}

function sha256(contents: string): string {
  return createHash("sha256").update(contents).digest("hex");
}

async function keysOf(storage: Storage): Promise<readonly string[]> {
  return (await Array.fromAsync(storage.list("orders/", signal))).map(({ key }) => key);
}

describe("a log", () => {
  it("gives back what was archived, coded, under a name that tells its contents", async () => {
    const { log, storage } = await subject();
    expect(await append(log, "one")).toBe("stored");
    expect(await keysOf(storage)).toEqual([`orders/log/${folder}/${name}-${sha256("one")}.toyz.toye`]);
    const [file, other] = await log.list();
    expect(other).toBeUndefined();
    expect(file).toMatchObject({ folder, name, plainSha256: sha256("one"), extensions: [".toyz", ".toye"] });
    expect(file && (await text(await log.open(file)))).toBe("one");
  });

  it("asks for no bytes when it has them, whatever they are coded with", async () => {
    const { log, storage } = await subject();
    await append(log, "one");
    const plain = openLog(await openRepository(storage), "orders", [], signal);
    const unread = (): Readable => {
      throw new Error("nobody needs them");
    };
    expect(await plain.append({ folder, name, plainSha256: sha256("one") }, unread)).toBe("present");
    expect(await keysOf(storage)).toHaveLength(1);
  });

  it("refuses other contents under a name, and keeps what it has", async () => {
    const { log, storage } = await subject();
    await append(log, "one");
    await expect(append(log, "two")).rejects.toMatchObject({ code: "OBJECT_EXISTS" });
    expect(await keysOf(storage)).toHaveLength(1);
    expect(await append(log, "two", `${name}.partial`)).toBe("stored"); // a name that only begins alike
    expect(await append(log, "one")).toBe("present");
  });

  it("stores nothing of a file that is not what was said of it", async () => {
    const { log, storage } = await subject();
    const wrong = { folder, name, plainSha256: sha256("one") };
    await expect(log.append(wrong, () => Readable.from([Buffer.from("two")]))).rejects.toMatchObject({
      code: "CHECKSUM_MISMATCH",
    });
    expect(await keysOf(storage)).toEqual([]);
  });

  it("notices that an archived file was changed", async () => {
    const { log, storage } = await subject([]);
    await append(log, "one");
    const [file] = await log.list();
    const [key = ""] = await keysOf(storage);
    await storage.put(key, Readable.from([Buffer.from("two")]), { signal, ifExists: "replace" });
    await expect(file && log.open(file).then(text)).rejects.toMatchObject({ code: "CHECKSUM_MISMATCH" });
  });

  it("leaves out what others put there, and lists one folder without those that begin alike", async () => {
    const { log, storage } = await subject();
    await append(log, "one");
    const strange = ["notes.txt", `${folder}/${name}`, `${folder}/${name}.bak`, `${folder}0/${name}-x`];
    for (const key of strange)
      await storage.put(`orders/log/${key}`, Readable.from(["x"]), { signal, ifExists: "fail" });
    expect(await log.list()).toHaveLength(1);
    expect(await log.list(folder)).toHaveLength(1);
    expect(await log.list(folder.slice(0, -1))).toHaveLength(0);
    expect(await append(log, "one")).toBe("present");
  });

  it("forgets a file, and then takes it again", async () => {
    const { log } = await subject();
    await append(log, "one");
    for (const file of await log.list()) await log.remove(file);
    expect(await log.list()).toEqual([]);
    expect(await append(log, "two")).toBe("stored");
  });

  it("stores again what was removed while a writer asked for it", async () => {
    const { storage } = await subject();
    const removing: Storage = {
      ...storage,
      settle: async (key) => {
        await storage.delete(key, signal);
        await storage.stat(key, signal); // as a storage that has to settle finds out
      },
    };
    const log = openLog(await openRepository(removing), "orders", [], signal);
    await append(log, "one");
    expect(await append(log, "one")).toBe("stored");
    expect(await log.list()).toHaveLength(1);
  });
});

describe("writers that race for a name", () => {
  it("all succeed with the same contents, which are there once", async () => {
    const { log } = await subject();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => append(log, "same")));
    expect(outcomes).toContain("stored");
    const [file, other] = await log.list();
    expect(other).toBeUndefined();
    expect(file && (await text(await log.open(file)))).toBe("same");
  });

  it("are not both believed with different contents; nothing is lost, and nobody is believed later", async () => {
    const { log } = await subject();
    const outcomes = await Promise.allSettled(["one", "two", "three"].map((contents) => append(log, contents)));
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(1);
    const codes = outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.code);
    expect(codes.filter(Boolean)).toEqual(codes.filter((code) => code === "OBJECT_EXISTS"));
    expect((await log.list()).length).toBeGreaterThan(1);
    for (const contents of ["one", "two", "three", "four"])
      await expect(append(log, contents)).rejects.toMatchObject({ code: "OBJECT_EXISTS" });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])("are not both believed when the second begins %d turns later", async (turns) => {
    const { log } = await subject();
    const first = append(log, "one");
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const outcomes = await Promise.allSettled([first, append(log, "two")]);
    expect(outcomes.map(({ status }) => status)).toContain("rejected");
  });
});
