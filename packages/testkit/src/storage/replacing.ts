import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { DbsaveError, type PutOptions } from "@dbsave/core";
import { noise } from "../codec/sample-bytes.ts";
import { allOf, assertBytes, failingBody, inTime, put, read, refused, sha256, stalledBody } from "./storage-steps.ts";
import type { StoragePromise, StorageTrial } from "./storage-subject.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const key = "orders/state.json";

export const replacingPromises: readonly StoragePromise[] = [
  {
    name: "refuses a taken key with OBJECT_EXISTS and keeps its bytes",
    run: async ({ storage }) => {
      await put(storage, key, "first");
      await refused(put(storage, key, "second"), "OBJECT_EXISTS");
      await refused(put(storage, key, "first"), "OBJECT_EXISTS");
      await assertBytes(storage, key, "first");
    },
  },
  {
    name: "replaces an object by a longer, a shorter and an empty one",
    run: async ({ storage }) => {
      for (const bytes of [noise(MiB), noise(3 * MiB), noise(5), Buffer.alloc(0)]) {
        const { sizeBytes } = await put(storage, key, bytes, { ifExists: "replace" });
        assert.equal(sizeBytes, bytes.length);
        await assertBytes(storage, key, bytes);
      }
    },
  },
  {
    name: "keeps the old bytes when a replacement fails",
    run: async (trial) => {
      await put(trial.storage, key, "the old bytes");
      const tool = new DbsaveError("TOOL_FAILED", "pg_dump: exit 1");
      await expectOld(trial, "TOOL_FAILED", failingBody([noise(2 * MiB)], tool));
      await expectOld(trial, "STORAGE_FAILED", failingBody([noise(2 * MiB)]));
      await expectOld(trial, "CHECKSUM_MISMATCH", Readable.from([noise(2 * MiB)]), { sha256: sha256("other") });
      await expectOld(trial, "CHECKSUM_MISMATCH", Readable.from([]), { sha256: sha256("other") });
      const { body, stalled } = stalledBody(noise(2 * MiB));
      const controller = new AbortController();
      void stalled.then(() => controller.abort());
      await expectOld(trial, "ABORTED", body, { signal: controller.signal });
    },
  },
  {
    name: "lets exactly one of many writers have a key, with all of its bytes",
    run: async ({ storage }) => {
      for (let round = 0; round < 10; round += 1) {
        const contents = Array.from({ length: 8 }, (_, writer) =>
          noise((round % 2 ? 100 : 300 * KiB) + writer, writer + 1),
        );
        const taken = `race/${round}`;
        const outcomes = await Promise.allSettled(contents.map((bytes) => put(storage, taken, bytes)));
        const winners = contents.filter((_, writer) => outcomes[writer]?.status === "fulfilled");
        const [winner] = winners;
        assert.ok(winner !== undefined && winners.length === 1, `${winners.length} of 8 writers were told they won`);
        await assertBytes(storage, taken, winner);
        for (const outcome of outcomes) {
          if (outcome.status === "rejected") await refused(Promise.reject(outcome.reason), "OBJECT_EXISTS");
        }
      }
    },
  },
  {
    name: "shows a reader whole bytes, old or new, while they are replaced",
    run: async ({ storage }) => {
      const versions = [noise(700 * KiB, 1), noise(900 * KiB, 2), noise(300, 3)];
      await put(storage, key, versions[0] ?? "");
      const done = new AbortController();
      async function replace(): Promise<void> {
        for (let i = 0; i < 30; i += 1) {
          await put(storage, key, versions[i % versions.length] ?? "", { ifExists: "replace" });
        }
      }
      async function readAgainAndAgain(): Promise<void> {
        while (!done.signal.aborted) {
          const seen = await read(storage, key);
          assert.ok(
            versions.some((version) => version.equals(seen)),
            `a mix of ${seen.length} bytes was read`,
          );
        }
      }
      const replacing = replace().finally(() => done.abort());
      await allOf([replacing, readAgainAndAgain(), readAgainAndAgain(), readAgainAndAgain()]);
    },
  },
  {
    name: "destroys the body of a put that it refuses",
    run: async ({ storage, patienceMs }) => {
      await put(storage, key, "taken");
      const refusals: readonly (readonly [Parameters<typeof refused>[1], string, Partial<PutOptions>])[] = [
        ["OBJECT_EXISTS", key, {}],
        ["KEY_INVALID", "../outside", {}],
        ["ABORTED", "cancelled", { signal: AbortSignal.abort() }],
      ];
      for (const [code, refusedKey, options] of refusals) {
        const { body } = stalledBody(noise(10));
        await inTime(
          patienceMs,
          `a put that fails with ${code}`,
          refused(put(storage, refusedKey, body, options), code),
        );
        assert.ok(body.destroyed, `${code}: whoever writes into the body waits for ever`);
      }
    },
  },
];

async function expectOld(
  { storage, patienceMs }: StorageTrial,
  code: Parameters<typeof refused>[1],
  body: Readable,
  options: Partial<PutOptions> = {},
): Promise<void> {
  const replacing = put(storage, key, body, { ...options, ifExists: "replace" });
  await inTime(patienceMs, `a replacement that fails with ${code}`, refused(replacing, code));
  await assertBytes(storage, key, "the old bytes", `after ${code}`);
}
