import { once } from "node:events";
import {
  backup,
  DbsaveError,
  type Engine,
  exitOfRun,
  type Manifest,
  readCatalog,
  runPipeline,
  verify,
} from "@dbsave/core";
import { expect, test } from "vitest";
import { toyCompression } from "../src/codec/toy-codec.ts";
import { type PipelineSubject, pipelineSubject } from "./support/pipeline-subject.ts";

const { signal } = new AbortController();

async function taken(subject: PipelineSubject): Promise<Manifest> {
  return await backup(subject.engine, { repository: subject.repository, target: "toy" });
}

test.each(["hashes", "structure", "restore"] as const)(
  "level %s of a good backup passes and is recorded",
  async (level) => {
    await using subject = await pipelineSubject();
    const { repository, engine } = subject;
    const proof = await verify(engine, { repository, manifest: await taken(subject), level });
    expect(proof).toMatchObject({ level, outcome: "passed" });
    const [entry] = (await readCatalog(repository, "toy", signal)).entries;
    expect(entry?.proofs).toEqual([proof]);
    expect(entry?.proven).toEqual(level === "restore" ? proof : null);
  },
);

test("a flip of any byte of any data file or document is found and names the file", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const manifest = await taken(subject);
  for (const file of [...manifest.artifacts, ...manifest.documents]) {
    const key = `toy/backups/${manifest.id}/${file.storedName}`;
    for (const index of [0, file.storedBytes >> 1, file.storedBytes - 1]) {
      await subject.flip(key, index);
      const { outcome, findings } = await verify(engine, { repository, manifest, level: "hashes" });
      expect({ outcome, objects: findings.map(({ object }) => object) }).toEqual({
        outcome: "failed",
        objects: [file.storedName],
      });
      await subject.flip(key, index);
    }
  }
  expect(await verify(engine, { repository, manifest, level: "hashes" })).toMatchObject({ outcome: "passed" });
});

test("a missing file is found, a foreign one is noticed", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine, storage } = subject;
  const manifest = await taken(subject);
  await storage.delete(`toy/backups/${manifest.id}/RESTORE.md`, signal);
  const proof = await verify(engine, { repository, manifest, level: "hashes" });
  expect(proof.findings).toMatchObject([{ severity: "error", code: "OBJECT_NOT_FOUND", object: "RESTORE.md" }]);
});

test("a restore that loses rows without an error is caught: the finding names the table and both counts", async () => {
  await using subject = await pipelineSubject();
  const { engine, repository } = subject;
  const forgetful: Engine = {
    ...engine,
    scratch: async (manifest, ctx) => {
      const scratch = await (engine.scratch as NonNullable<Engine["scratch"]>)(manifest, ctx);
      const fingerprint: Engine["fingerprint"] = async (context) => {
        const { algorithm, items } = await scratch.engine.fingerprint(context);
        const less = items.map((item) => (item.count === undefined ? item : { ...item, count: item.count - 1 }));
        return { algorithm, items: less };
      };
      return { ...scratch, engine: { ...scratch.engine, fingerprint } };
    },
  };
  const { targets } = await runPipeline([{ job: subject.job({ engine: forgetful }), repository }]);
  expect(targets[0]?.proof?.findings).toMatchObject([
    { object: "table users", message: "100 rows in the source, 99 restored" },
  ]);
  expect(exitOfRun(targets)).toBe(4);
  expect(targets[0]?.pruned?.plan.frozen).not.toEqual([]);
  const [entry] = (await readCatalog(repository, "toy", signal)).entries;
  expect(entry?.state).toBe("suspect");
});

test("surroundings that fail make a proof inconclusive, and the backup stays good but not proven", async () => {
  await using subject = await pipelineSubject();
  const { engine, repository } = subject;
  const cramped: Engine = {
    ...engine,
    scratch: () => Promise.reject(new DbsaveError("NO_SPACE", "toy: no room for a scratch instance")),
  };
  const { targets } = await runPipeline([{ job: subject.job({ engine: cramped }), repository }]);
  expect(targets[0]?.proof?.outcome).toBe("inconclusive");
  expect(exitOfRun(targets)).toBe(4);
  const [entry] = (await readCatalog(repository, "toy", signal)).entries;
  expect(entry).toMatchObject({ state: "good", proven: null });
});

test("a later passed proof clears a suspicion", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const manifest = await taken(subject);
  const key = `toy/backups/${manifest.id}/RESTORE.md`;
  await subject.flip(key, 0);
  await verify(engine, { repository, manifest, level: "hashes" });
  await subject.flip(key, 0);
  await verify(engine, { repository, manifest, level: "restore" });
  const [entry] = (await readCatalog(repository, "toy", signal)).entries;
  expect(entry).toMatchObject({ state: "good", proven: { outcome: "passed" } });
});

test("a backup without a fingerprint is restored, but never proven", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const blind: Engine = {
    ...engine,
    backup: async (...request) => ({ ...(await engine.backup(...request)), fingerprint: null }),
  };
  const manifest = await backup(blind, { repository, target: "toy" });
  expect(await verify(engine, { repository, manifest, level: "restore" })).toMatchObject({ outcome: "passed" });
  expect((await readCatalog(repository, "toy", signal)).entries).toMatchObject([{ state: "good", proven: null }]);
});

test("the wrong engine says nothing about a backup", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const manifest = await taken(subject);
  const other: Engine = { ...engine, name: "other" };
  await expect(verify(other, { repository, manifest, level: "structure" })).rejects.toMatchObject({
    code: "UNSUPPORTED",
  });
  expect((await readCatalog(repository, "toy", signal)).entries).toMatchObject([{ state: "good", proofs: [] }]);
});

test("an artifact that is open fails as soon as the run is cancelled, read or not", async () => {
  await using subject = await pipelineSubject();
  const { repository, engine } = subject;
  const codecs = [toyCompression()];
  const manifest = await backup(engine, { repository, target: "toy", codecs });
  const abort = new AbortController();
  const failures: unknown[] = [];
  const opening: Engine = {
    ...engine,
    async inspect(source) {
      const unread = await source.open("data.json");
      const failed = once(unread, "error");
      abort.abort();
      failures.push(...(await failed));
      return [];
    },
  };
  const options = { repository, manifest, level: "structure", codecs, signal: abort.signal } as const;
  await expect(verify(opening, options)).rejects.toMatchObject({ code: "ABORTED" });
  expect(failures).toMatchObject([{ code: "ABORTED" }]);
});
