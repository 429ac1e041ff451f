import assert from "node:assert/strict";
import type { BackupKind, BackupRequest, Engine } from "@dbsave/core";
import { refused } from "../storage/storage-steps.ts";
import { fullRequests, holdEach } from "./engine-steps.ts";
import type { EnginePromise } from "./engine-subject.ts";
import { full, hold } from "./held-backup.ts";
import { memorySink } from "./memory-sink.ts";

const kinds: readonly BackupKind[] = ["full", "differential", "incremental"];
const reserved: readonly string[] = ["manifest.json", "SHA256SUMS", "RESTORE.md"];
const clocksDifferByMs = 300_000;

export const declaringPromises: readonly EnginePromise[] = [
  {
    name: "refuses with UNSUPPORTED what it does not declare, before it writes anything",
    run: async ({ subject: { engine }, ctx }) => {
      for (const request of undeclared(engine)) {
        const sink = memorySink();
        await refused(engine.backup(request, sink, ctx), "UNSUPPORTED");
        assert.equal(sink.bodies.length, 0, `wrote artifacts for ${request.method}, ${request.kind}`);
      }
    },
  },
  {
    name: "says which method and kind of backup it took, and of which moment",
    run: async ({ subject: { engine }, ctx }) => {
      const [first] = Object.keys(engine.capabilities.methods);
      for (const request of [full, ...fullRequests(engine)]) {
        const before = Date.now() - clocksDifferByMs;
        const { facts } = await hold(engine, ctx, request);
        assert.deepEqual([facts.method, facts.kind], [request.method ?? first, request.kind]);
        const at = facts.consistentAt.getTime();
        assert.ok(at >= before && at <= Date.now() + clocksDifferByMs, "`consistentAt` is no moment of the backup");
      }
    },
  },
  {
    name: "gives every artifact a name of its own, safe as a file name",
    run: async (trial) => {
      for (const { artifacts } of await holdEach(trial)) {
        const names = artifacts.map(({ info }) => info.name);
        assert.ok(names.length > 0, "gives no artifact");
        assert.deepEqual(names, [...new Set(names)], "two artifacts have the same name");
        for (const name of names) assert.ok(isSafe(name), `"${name}" is not safe as a file name`);
        for (const { info } of artifacts) assert.match(info.mediaType, /^[\w.+-]+\/[\w.+-]+$/);
      }
    },
  },
  {
    name: "writes a recipe of stock commands over artifacts that exist",
    run: async (trial) => {
      for (const { facts, artifacts } of await holdEach(trial)) {
        const names = artifacts.map(({ info }) => info.name);
        const used = facts.recipe.flatMap((step) => ("artifact" in step ? [step.artifact] : []));
        assert.deepEqual(
          used.filter((name) => !names.includes(name)),
          [],
          "the recipe uses what does not exist",
        );
        assert.deepEqual(
          names.filter((name) => !used.includes(name)),
          [],
          "the recipe leaves artifacts out",
        );
        for (const { explain } of facts.recipe)
          assert.match(explain, /^\S.*\S$/, "a step is not explained in one line");
      }
    },
  },
];

function undeclared({ capabilities }: Engine): readonly BackupRequest[] {
  const others = Object.entries(capabilities.methods).flatMap(([method, declared]) =>
    kinds.filter((kind) => !declared.includes(kind)).map((kind) => ({ method, kind })),
  );
  return [...others, { method: "no-such-method", kind: "full" }, { method: "constructor", kind: "full" }];
}

/** On every file system and in every listing. */
function isSafe(name: string): boolean {
  const isSegment = name !== "." && name !== ".." && Buffer.byteLength(name) <= 200 && /^[^\p{Cc}/\\]+$/u.test(name);
  return isSegment && !reserved.includes(name);
}
