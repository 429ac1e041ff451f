import { join } from "node:path";
import type { Engine, EngineCapabilities, Fingerprint, RunContext, ScratchInstance } from "@dbsave/core";
import { DbsaveError } from "@dbsave/core";
import { backup } from "./backup.ts";
import { privateDirectory } from "./file/private-directory.ts";
import { inspect } from "./inspect.ts";
import { type ParsedOptions, parseOptions, type SqliteOptions } from "./options.ts";
import { planRestore } from "./plan-restore.ts";
import { probe } from "./probe.ts";
import { restore } from "./restore.ts";
import { save } from "./save.ts";
import { runJob } from "./worker/run-job.ts";

const capabilities: EngineCapabilities = {
  save: "not-needed",
  methods: { online: ["full"], vacuum: ["full"], sql: ["full"] },
  scratch: true,
};

/**
 * A SQLite database file. It may be missing as long as only a restore is asked for. Nothing is opened before a method is
 * called and nothing stays open after it: each call works in a thread of its own. OPTIONS_INVALID for a wrong option.
 */
export function sqlite(options: SqliteOptions): Engine {
  const parsed = parseOptions(options);
  let disposed = false;
  const live = <T>(work: () => Promise<T>): Promise<T> =>
    disposed ? Promise.reject(new DbsaveError("UNSUPPORTED", `sqlite: engine was disposed: ${parsed.path}`)) : work();
  return {
    name: "sqlite",
    capabilities,
    probe: (ctx) => live(() => probe(parsed, ctx)),
    save: (ctx) => live(() => save(parsed, ctx)),
    backup: (request, sink, ctx) => live(() => backup(parsed, request, sink, ctx)),
    inspect: (source, ctx) => live(() => inspect(source, ctx)),
    planRestore: (request, manifest, ctx) =>
      live(() => planRestore(request.into ?? parsed.path, request, manifest, ctx.now())),
    restore: (request, source, ctx) => live(() => restore(parsed, request, source, ctx)),
    fingerprint: (ctx) => live(() => liveFingerprint(parsed, ctx)),
    scratch: (_manifest, ctx) => live(() => scratch(parsed, ctx)),
    async [Symbol.asyncDispose]() {
      disposed = true;
    },
  };
}

async function liveFingerprint(options: ParsedOptions, ctx: RunContext): Promise<Fingerprint> {
  const fingerprint = await runJob("fingerprint", options, ctx);
  if (fingerprint === null) throw new DbsaveError("INTERNAL", `sqlite: no fingerprint: ${options.path}`);
  return fingerprint;
}

/** An engine on a file that does not exist yet. */
async function scratch({ busyTimeoutMs }: ParsedOptions, ctx: RunContext): Promise<ScratchInstance> {
  const directory = await privateDirectory(ctx.scratchDir);
  const engine = sqlite({ path: join(directory.path, "scratch.sqlite"), busyTimeoutMs });
  return {
    engine,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await directory.remove();
    },
  };
}
