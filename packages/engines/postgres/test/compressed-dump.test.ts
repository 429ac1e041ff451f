import { type ArtifactSink, type BackupRequest, compareFingerprints, type ToolRunner } from "@dbsave/core";
import { expect, it, type TestContext } from "vitest";
import { postgres } from "../src/index.ts";
import { type Setup, testServer } from "./support/server.ts";
import { memorySink, noFingerprint, sourceOf } from "./support/taken.ts";

const zstd = { kind: "full", compression: { name: "zstd", level: 5 } } as const satisfies BackupRequest;

it("a pg_dump that can compresses the dump itself at the level asked for, and it restores", async (test) => {
  expect(await backUp(test, "18", zstd)).toEqual({ compress: "--compress=zstd:5", encoding: "zstd", differences: [] });
});

it.for<[string, Setup, BackupRequest]>([
  ["of a client that is too old to know zstd", "15", zstd],
  ["that is to be stored as it is", "18", { kind: "full" }],
  ["that is to be stored as gzip", "18", { kind: "full", compression: { name: "gzip", level: 6 } }],
])("a dump %s is left uncompressed by pg_dump, for core to do as it was told", async ([, setup, request], test) => {
  const plain = { compress: "--compress=0", encoding: undefined, differences: [] };
  expect(await backUp(test, setup, request)).toEqual(plain);
});

/** How the dump was made, and how the restored database differs. */
async function backUp(test: Pick<TestContext, "skip">, setup: Setup, request: BackupRequest): Promise<object> {
  const server = await testServer(test, setup);
  const database = await server.create();
  await server.query(database, "CREATE TABLE t AS SELECT i, repeat('abc', 100) AS s FROM generate_series(1, 3000) i");
  await using engine = postgres(server.engineOptions(database));
  await using ctx = await server.context();
  const seen: string[] = [];
  const tools: ToolRunner = {
    run: (tool, args, options) => {
      seen.push(...args);
      return ctx.tools.run(tool, args, options);
    },
  };
  const sink = memorySink();
  const encodings = new Map<string, string | undefined>();
  const watching: ArtifactSink = {
    write: (info, body) => {
      encodings.set(info.name, info.encoding);
      return sink.write(info, body);
    },
  };
  const facts = await engine.backup(request, watching, { ...ctx, tools });
  const source = sourceOf(facts, sink.stored);
  expect(await engine.inspect(source, ctx)).toEqual([]);
  await engine.restore({ into: `${database}_copy`, force: false }, source, ctx);
  await using restored = engine.at(`${database}_copy`);
  return {
    compress: seen.find((argument) => argument.startsWith("--compress")),
    encoding: encodings.get(`${database}.dump`),
    differences: compareFingerprints(facts.fingerprint ?? noFingerprint, await restored.fingerprint(ctx)),
  };
}
