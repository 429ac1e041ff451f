import { memoryStorage, openLog, openRepository } from "@dbsave/core";
import { expect, it } from "vitest";
import { checkCluster } from "../../src/archive/cluster-record.ts";

const { signal } = new AbortController();
const one = { systemIdentifier: "7584010098765432100", segmentBytes: 16_777_216 };
const other = { ...one, systemIdentifier: "42" };

async function emptyLog() {
  return openLog(await openRepository(memoryStorage(), { create: true }), "orders", [], signal);
}

it("the first server makes a log its own, and no other one gets in", async () => {
  const log = await emptyLog();
  await checkCluster(one, log);
  await checkCluster(one, log);
  await expect(checkCluster(other, log)).rejects.toMatchObject({ code: "SOURCE_FOREIGN" });
  await expect(checkCluster({ ...one, segmentBytes: 1_048_576 }, log)).rejects.toMatchObject({
    code: "SOURCE_FOREIGN",
  });
  expect(await log.list()).toHaveLength(1);
});

it("a file that tells no size of segments is judged by its server alone, and claims nothing", async () => {
  const log = await emptyLog();
  await checkCluster({ ...other, segmentBytes: null }, log);
  await checkCluster(one, log);
  await checkCluster({ ...one, segmentBytes: null }, log);
  await expect(checkCluster({ ...other, segmentBytes: null }, log)).rejects.toMatchObject({ code: "SOURCE_FOREIGN" });
});

it("of two servers that come first at once at most one stays", async () => {
  const log = await emptyLog();
  const results = await Promise.allSettled([checkCluster(one, log), checkCluster(other, log)]);
  expect(results.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(1);
  expect((await log.list()).length).toBeLessThanOrEqual(1);
});
