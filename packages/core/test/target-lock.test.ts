import { Readable } from "node:stream";
import { DbsaveError, memoryStorage, processIdentity, type Storage } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { sealJson } from "../src/documents/sealed-json.ts";
import { lockTarget } from "../src/lock/target-lock.ts";

const { signal } = new AbortController();
const now = new Date("2026-11-21T12:00:00Z");
const options = { run: "run-a", now: (): Date => now, signal };

/** Writes the lock of another holder, as a run on another host or a dead one would have left it. */
async function foreignLock(storage: Storage, holder: object, refreshedAt: Date, generation = 1): Promise<void> {
  const text = sealJson({ formatVersion: 1, token: "theirs", run: "run-b", holder, refreshedAt });
  const key = `locks/orders/${String(generation).padStart(8, "0")}.json`;
  await storage.put(key, Readable.from([Buffer.from(text)]), { signal, ifExists: "replace" });
}

const elsewhere = { ...processIdentity(), host: "another-host" };
const dead = { ...processIdentity(), pid: 4_194_000, startTime: "1" };
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

describe("a target's lock", () => {
  it("is held by one, released by disposing, and free again", async () => {
    const storage = memoryStorage();
    const lock = await lockTarget(storage, "orders", options);
    await expect(lockTarget(storage, "orders", { ...options, run: "run-b" })).rejects.toMatchObject({
      code: "LOCKED",
      message: expect.stringContaining(`run run-a (pid ${process.pid}`),
    });
    await lock[Symbol.asyncDispose]();
    await using second = await lockTarget(storage, "orders", options);
    await second.assertHeld(signal);
  });

  it("goes to exactly one of many that race for it", async () => {
    const storage = memoryStorage();
    const tries = Array.from({ length: 20 }, (_, index) =>
      lockTarget(storage, "orders", { ...options, run: `run-${index}` }),
    );
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const refused = results.filter((result) => result.status === "rejected");
    expect(new Set(refused.map(({ reason }) => reason.code))).toEqual(new Set(["LOCKED"]));
  });

  it("does not stand in the way of another target", async () => {
    const storage = memoryStorage();
    await using orders = await lockTarget(storage, "orders", options);
    await using users = await lockTarget(storage, "users", options);
    await expect(Promise.all([orders, users].map((lock) => lock.assertHeld(signal)))).resolves.toBeDefined();
  });

  it("of a dead process is taken over at once", async () => {
    const storage = memoryStorage();
    await foreignLock(storage, dead, now);
    await using lock = await lockTarget(storage, "orders", options);
    await expect(lock.assertHeld(signal)).resolves.toBeUndefined();
  });

  it("of another host is respected for 15 minutes after its last refresh", async () => {
    const storage = memoryStorage();
    await foreignLock(storage, elsewhere, minutesAgo(14));
    await expect(lockTarget(storage, "orders", options)).rejects.toMatchObject({ code: "LOCKED" });
    await foreignLock(storage, elsewhere, minutesAgo(16));
    await using lock = await lockTarget(storage, "orders", options);
    await lock.assertHeld(signal);
  });

  it("of a live process here is never stale, however old", async () => {
    const storage = memoryStorage();
    await foreignLock(storage, processIdentity(), minutesAgo(600));
    await expect(lockTarget(storage, "orders", options)).rejects.toMatchObject({ code: "LOCKED" });
  });

  it("that cannot be released does not undo what was done under it", async () => {
    const memory = memoryStorage();
    const full = (): Promise<never> => Promise.reject(new DbsaveError("STORAGE_FAILED", "memory: gone"));
    const lock = await lockTarget({ ...memory, delete: full }, "orders", options);
    await expect(lock[Symbol.asyncDispose]()).resolves.toBeUndefined();
    await expect(lockTarget(memory, "orders", options)).rejects.toMatchObject({ code: "LOCKED" });
  });

  it("is not left behind when the dead one before it cannot be removed, and is free afterwards", async () => {
    const memory = memoryStorage();
    await foreignLock(memory, dead, now);
    const stuck = (key: string): Promise<void> =>
      key.endsWith("1.json") ? Promise.reject(new DbsaveError("STORAGE_FAILED", key)) : memory.delete(key, signal);
    {
      await using lock = await lockTarget({ ...memory, delete: stuck }, "orders", options);
      await lock.assertHeld(signal);
    }
    await using second = await lockTarget(memory, "orders", options);
    await second.assertHeld(signal);
    const keys = (await Array.fromAsync(memory.list("locks/", signal))).map(({ key }) => key);
    expect(keys).toEqual(["locks/orders/00000002.json"]);
  });

  it("that cannot be read is held, not free", async () => {
    const storage = memoryStorage();
    const body = Readable.from([Buffer.from("garbage")]);
    await storage.put("locks/orders/00000001.json", body, { signal, ifExists: "fail" });
    await expect(lockTarget(storage, "orders", options)).rejects.toMatchObject({ code: "LOCKED" });
  });

  it("that was taken over fences its old holder, who then does not delete the new one's", async () => {
    const storage = memoryStorage();
    const old = await lockTarget(storage, "orders", options);
    await foreignLock(storage, elsewhere, now, 2);
    await expect(old.assertHeld(signal)).rejects.toMatchObject({ code: "LOCK_LOST" });
    await old[Symbol.asyncDispose]();
    await expect(lockTarget(storage, "orders", options)).rejects.toMatchObject({ code: "LOCKED" });
  });
});
