import { Readable } from "node:stream";
import {
  type ArtifactInfo,
  type ArtifactSink,
  backup,
  type Codec,
  DbsaveError,
  type Engine,
  isDbsaveError,
  type Storage,
  verify,
} from "@dbsave/core";
import { expect, test } from "vitest";
import { toyCompression } from "../src/codec/toy-codec.ts";
import { type PipelineSubject, pipelineSubject } from "./support/pipeline-subject.ts";

const info = (name: string): ArtifactInfo => ({ name, mediaType: "text/plain" });
const body = (text: string): Readable => Readable.from(text === "" ? [] : [Buffer.from(text)], { objectMode: false });

/** The toy engine, which first does `before` with the sink. */
function engineThat(subject: PipelineSubject, before: (sink: ArtifactSink) => unknown): Engine {
  const { engine } = subject;
  return {
    ...engine,
    async backup(request, sink, ctx) {
      await before(sink);
      return engine.backup(request, sink, ctx);
    },
  };
}

/** The code a backup fails with, and the keys of the target that are there then. */
async function failureOf(subject: PipelineSubject, engine: Engine, codecs: Codec[] = []): Promise<object> {
  const failure = await backup(engine, { repository: subject.repository, target: "toy", codecs }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const code = isDbsaveError(failure) ? failure.code : failure;
  return { code, left: (await subject.keys()).filter((key) => key.startsWith("toy/")) };
}

test("an engine that keeps the failure of a write to itself gets no backup", async () => {
  await using subject = await pipelineSubject();
  const cut = (): Readable => Readable.from([Buffer.from("half")], { objectMode: false }).destroy(new Error("cut"));
  const quiet = engineThat(subject, (sink) => sink.write(info("second"), cut()).catch(() => undefined));
  expect(await failureOf(subject, quiet)).toEqual({ code: "BACKUP_FAILED", left: [] });
});

test("an engine that ends before a write has ended gets no backup, and nothing of that write stays", async () => {
  await using subject = await pipelineSubject();
  const endless = new Readable({ read() {} });
  const hasty = engineThat(subject, (sink) => {
    sink.write(info("second"), endless).catch(() => undefined);
  });
  expect(await failureOf(subject, hasty)).toEqual({ code: "BACKUP_FAILED", left: [] });
  expect(endless.destroyed).toBe(true);
});

test("a write after the end of its backup is refused and changes nothing", async () => {
  await using subject = await pipelineSubject();
  const sinks: ArtifactSink[] = [];
  const engine = engineThat(subject, (sink) => sinks.push(sink));
  await backup(engine, { repository: subject.repository, target: "toy" });
  const before = await subject.keys();
  await expect(sinks[0]?.write(info("late"), body("x"))).rejects.toMatchObject({ code: "BACKUP_FAILED" });
  expect(await subject.keys()).toEqual(before);
});

test("one name stands for one artifact, also when only one of two is compressed", async () => {
  await using subject = await pipelineSubject();
  const twice = engineThat(subject, (sink) => sink.write({ ...info("data.json"), encoding: "zstd" }, body("x")));
  expect(await failureOf(subject, twice, [toyCompression()])).toEqual({ code: "INTERNAL", left: [] });
});

test.each(["manifest.json", "RESTORE.md", "SHA256SUMS", "..", "a/b", ""])(
  "the artifact name %j is refused",
  async (name) => {
    await using subject = await pipelineSubject();
    const engine = engineThat(subject, (sink) => sink.write(info(name), body("x")));
    expect(await failureOf(subject, engine, [toyCompression()])).toEqual({ code: "INTERNAL", left: [] });
  },
);

test("an artifact may be empty, and is still checked", async () => {
  await using subject = await pipelineSubject();
  const { repository } = subject;
  const engine = { ...engineThat(subject, (sink) => sink.write(info("empty"), body(""))), inspect: async () => [] };
  const codecs = [toyCompression()];
  const manifest = await backup(engine, { repository, target: "toy", codecs });
  expect(manifest.artifacts.find(({ name }) => name === "empty")?.plainBytes).toBe(0);
  expect(await verify(engine, { repository, manifest, level: "structure", codecs })).toMatchObject({
    outcome: "passed",
  });
});

test("an engine without any artifact gets no backup", async () => {
  await using subject = await pipelineSubject();
  const { engine } = subject;
  const facts = { method: "json", kind: "full", consistentAt: new Date(), fingerprint: null, recipe: [], details: {} };
  const empty = { ...engine, backup: async () => facts as never };
  expect(await failureOf(subject, empty)).toEqual({ code: "BACKUP_FAILED", left: [] });
});

const endless = (): Readable =>
  Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(65_536);
    })(),
    { objectMode: false },
  );

test.each([
  ["fails", () => Promise.reject(new DbsaveError("STORAGE_FAILED", "memory: offline")), "STORAGE_FAILED"],
  ["says stored", async () => ({ key: "", sizeBytes: 0, modifiedAt: new Date() }), "BACKUP_FAILED"],
] as const)("a storage that %s without reading the body leaves no engine waiting", async (_, put, code) => {
  await using subject = await pipelineSubject();
  const storage: Storage = {
    ...subject.storage,
    put: (key, ...rest) => (key.endsWith("/big") ? put() : subject.storage.put(key, ...rest)),
  };
  const big = endless();
  const engine = engineThat(subject, (sink) => sink.write(info("big"), big));
  const repository = { ...subject.repository, storage };
  await expect(backup(engine, { repository, target: "toy" })).rejects.toMatchObject({ code });
  expect(big.destroyed).toBe(true);
});
