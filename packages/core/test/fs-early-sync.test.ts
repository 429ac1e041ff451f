import { expect, it } from "vitest";
import { EarlySync } from "../src/fs/early-sync.ts";

const megabyte = 1024 * 1024;

/** A file whose disk has a fault: as the system does, it tells of it once. */
function faultyFile() {
  const calls: string[] = [];
  const fault = Promise.withResolvers<void>();
  return {
    calls,
    fail: () => fault.reject(new Error("EIO")),
    datasync: async () => {
      calls.push("datasync");
      await fault.promise;
    },
    sync: async () => {
      calls.push("sync");
    },
  };
}

it("the failure of an early sync is that of the last one, which the system would let pass", async () => {
  const file = faultyFile();
  const early = new EarlySync(file);
  early.wrote(40 * megabyte);
  file.fail();
  await expect(early.sync()).rejects.toThrow("EIO");
  await expect(early.sync()).rejects.toThrow("EIO");
  expect(file.calls).toEqual(["datasync"]);
});

it("little is not synced early, and much one time after the other", () => {
  const file = faultyFile();
  const early = new EarlySync(file);
  early.wrote(megabyte);
  expect(file.calls).toEqual([]);
  for (let round = 0; round < 8; round += 1) early.wrote(20 * megabyte);
  expect(file.calls).toEqual(["datasync"]);
});
