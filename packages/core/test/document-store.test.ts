import { Readable } from "node:stream";
import { memoryStorage, type Storage } from "@dbsave/core";
import { expect, it } from "vitest";
import { readDocument, writeDocument } from "../src/documents/document-store.ts";

const { signal } = new AbortController();

it("a document is read in one request", async () => {
  const memory = memoryStorage();
  await writeDocument(memory, "a.json", "ä".repeat(100_000), "fail", signal);
  const asked: string[] = [];
  const watched = new Proxy<Storage>(memory, {
    get: (storage, method, self) => {
      asked.push(String(method));
      return Reflect.get(storage, method, self);
    },
  });
  expect(await readDocument(watched, "a.json", signal)).toBe("ä".repeat(100_000));
  expect(asked).toEqual(["get"]);
  await expect(readDocument(memory, "b.json", signal)).rejects.toMatchObject({ code: "OBJECT_NOT_FOUND" });
});

it("an object far too large for a document is refused without reading all of it", async () => {
  const mebibyte = Buffer.alloc(1024 * 1024);
  let given = 0;
  const endless = new Readable({
    read() {
      given += 1;
      this.push(mebibyte);
    },
  });
  const storage: Storage = { ...memoryStorage(), get: async () => endless };
  await expect(readDocument(storage, "a.json", signal)).rejects.toMatchObject({ code: "MANIFEST_INVALID" });
  expect(given).toBeLessThan(70);
  expect(endless.destroyed).toBe(true);
});
