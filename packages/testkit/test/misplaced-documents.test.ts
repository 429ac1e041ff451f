import { Readable } from "node:stream";
import {
  backup,
  type Engine,
  keys,
  type Manifest,
  planPrune,
  readCatalog,
  type VerifyOptions,
  verify,
  writeManifest,
} from "@dbsave/core";
import { expect, test } from "vitest";
import { type PipelineSubject, pipelineSubject } from "./support/pipeline-subject.ts";

const { signal } = new AbortController();
const policy = { keep: { last: 1 }, timeZone: "UTC", anchor: 6 } as const;

async function taken(subject: PipelineSubject): Promise<Manifest> {
  return await backup(subject.engine, { repository: subject.repository, target: "toy" });
}

/** Copies every object below the first prefix to the second, byte for byte. */
async function copy({ storage }: PipelineSubject, from: string, to: string): Promise<void> {
  for (const { key } of await Array.fromAsync(storage.list(from, signal))) {
    const body = await storage.get(key, { signal });
    await storage.put(key.replace(from, to), body, { signal, ifExists: "replace" });
  }
}

test("a copy of a backup under another id is damaged, not a backup, and freezes its target", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  const { id } = await taken(subject);
  const copied = "20300101T000000Z-000009-00000000";
  await copy(subject, keys.backup("toy", id), keys.backup("toy", copied));
  const { entries, damaged } = await readCatalog(repository, "toy", signal);
  expect(entries.map(({ manifest }) => manifest.id)).toEqual([id]);
  expect(damaged).toMatchObject([{ id: copied, error: { code: "MANIFEST_INVALID" } }]);
  expect((await planPrune({ repository, target: "toy", policy })).plan.frozen).toEqual([
    expect.stringContaining(copied),
  ]);
});

test("a backup moved to another target is damaged there", async () => {
  await using subject = await pipelineSubject();
  const { id } = await taken(subject);
  await copy(subject, keys.backup("toy", id), keys.backup("other", id));
  const { entries, damaged } = await readCatalog(subject.repository, "other", signal);
  expect(entries).toEqual([]);
  expect(damaged).toMatchObject([{ id, error: { code: "MANIFEST_INVALID" } }]);
});

test("the proof of one backup proves no other", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const [proven, other] = [await taken(subject), await taken(subject)];
  await verify(engine, { repository, manifest: proven, level: "restore" });
  await copy(subject, keys.proofsOf("toy", proven.id), keys.proofsOf("toy", other.id));
  const { entries, damaged } = await readCatalog(repository, "toy", signal);
  expect(entries.map(({ manifest }) => manifest.id)).toEqual([proven.id]);
  expect(damaged).toMatchObject([{ id: other.id, error: { code: "MANIFEST_INVALID" } }]);
});

test("verify notices a manifest that was replaced by another whole one", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine, storage } = subject;
  const manifest = await taken(subject);
  const replaced = Readable.from([Buffer.from(writeManifest({ ...manifest, host: "elsewhere" }))]);
  await storage.put(keys.manifest("toy", manifest.id), replaced, { signal, ifExists: "replace" });
  const proof = await verify(engine, { repository, manifest, level: "hashes" });
  expect(proof).toMatchObject({ outcome: "failed", findings: [{ code: "MANIFEST_INVALID" }] });
});

test("a proof that could not be read again is not written, and spoils no backup", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const manifest = await taken(subject);
  const finding = { severity: "warning", code: "VERIFY_FAILED", object: "users", message: "" } as const;
  const silent: Engine = { ...engine, inspect: async () => [finding] };
  const options: VerifyOptions = { repository, manifest, level: "structure" };
  await expect(verify(silent, options)).rejects.toMatchObject({ code: "MANIFEST_INVALID" });
  await expect(verify(engine, { ...options, runId: "a/b" })).rejects.toMatchObject({ code: "MANIFEST_INVALID" });
  expect(await readCatalog(repository, "toy", signal)).toMatchObject({ damaged: [], entries: [{ proofs: [] }] });
});

test("a manifest that could not be read again is never committed, not even for a moment", async () => {
  await using subject = await pipelineSubject();
  const { engine, storage } = subject;
  const committed: string[] = [];
  const watched: typeof storage = {
    ...storage,
    put: (key, ...rest) => {
      if (key.endsWith("manifest.json")) committed.push(key);
      return storage.put(key, ...rest);
    },
  };
  const nameless: Engine = { ...engine, probe: async (ctx) => ({ ...(await engine.probe(ctx)), version: "" }) };
  const repository = { ...subject.repository, storage: watched };
  await expect(backup(nameless, { repository, target: "toy" })).rejects.toMatchObject({ code: "MANIFEST_INVALID" });
  expect(committed).toEqual([]);
});
