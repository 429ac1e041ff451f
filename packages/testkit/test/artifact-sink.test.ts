import { Readable } from "node:stream";
import { type ArtifactInfo, type ArtifactSink, backup, type Codec, type Engine, verify } from "@dbsave/core";
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

async function refused(subject: PipelineSubject, engine: Engine, code: string, codecs: Codec[] = []): Promise<void> {
  const { repository } = subject;
  await expect(backup(engine, { repository, target: "toy", codecs })).rejects.toMatchObject({ code });
  expect((await subject.keys()).filter((key) => key.startsWith("toy/"))).toEqual([]);
}

test("an engine that keeps the failure of a write to itself gets no backup", async () => {
  await using subject = await pipelineSubject();
  const cut = (): Readable => Readable.from([Buffer.from("half")], { objectMode: false }).destroy(new Error("cut"));
  const quiet = engineThat(subject, (sink) => sink.write(info("second"), cut()).catch(() => undefined));
  await refused(subject, quiet, "BACKUP_FAILED");
});

test("an engine that ends before a write has ended gets no backup, and nothing of that write stays", async () => {
  await using subject = await pipelineSubject();
  const endless = new Readable({ read() {} });
  const hasty = engineThat(subject, (sink) => {
    sink.write(info("second"), endless).catch(() => undefined);
  });
  await refused(subject, hasty, "BACKUP_FAILED");
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
  await refused(subject, twice, "INTERNAL", [toyCompression()]);
});

test.each(["manifest.json", "RESTORE.md", "SHA256SUMS", "..", "a/b", ""])(
  "the artifact name %j is refused",
  async (name) => {
    await using subject = await pipelineSubject();
    const engine = engineThat(subject, (sink) => sink.write(info(name), body("x")));
    await refused(subject, engine, "INTERNAL", [toyCompression()]);
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
  await refused(subject, { ...engine, backup: async () => facts as never }, "BACKUP_FAILED");
});
