import { join } from "node:path";
import type {
  Engine,
  EngineCapabilities,
  Fingerprint,
  RestoreRequest,
  RunContext,
  ScratchInstance,
} from "@dbsave/core";
import { checkSelection, DbsaveError, throwIfAborted } from "@dbsave/core";
import { backup } from "./backup.ts";
import { explore } from "./explore.ts";
import { privateDirectory } from "./file/private-directory.ts";
import { inspect } from "./inspect.ts";
import { leaveAsFound } from "./leave-as-found.ts";
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
  selects: [],
};

/**
 * A SQLite database file. It may be missing as long as only a restore is asked for. Nothing is opened before a method is
 * called and nothing stays open after it: each call works in threads of its own. What reads the database leaves nothing
 * beside it. OPTIONS_INVALID for a wrong option.
 */
export function sqlite(options: SqliteOptions): Engine {
  const parsed = parseOptions(options);
  let disposed = false;
  const live = async <T>({ signal }: RunContext, work: () => Promise<T>): Promise<T> => {
    if (disposed) throw new DbsaveError("UNSUPPORTED", `sqlite: engine was disposed: ${parsed.path}`);
    throwIfAborted(signal, `sqlite: ${parsed.path}`);
    return await work();
  };
  const reading = <T>(ctx: RunContext, work: () => Promise<T>): Promise<T> =>
    live(ctx, () => leaveAsFound(parsed.path, work));
  const restoring = <T>({ select }: RestoreRequest, ctx: RunContext, work: () => Promise<T>): Promise<T> =>
    live(ctx, async () => {
      checkSelection({ name: "sqlite", capabilities }, select);
      return await work();
    });
  return {
    name: "sqlite",
    capabilities,
    probe: (ctx) => reading(ctx, () => probe(parsed, ctx)),
    explore: (request, ctx) => reading(ctx, () => explore(parsed, request, ctx)),
    save: (ctx) => reading(ctx, () => save(parsed, ctx)),
    backup: (request, sink, ctx) => reading(ctx, () => backup(parsed, request, sink, ctx)),
    inspect: (source, ctx) => live(ctx, () => inspect(source, ctx)),
    planRestore: (request, { manifest }, ctx) =>
      restoring(request, ctx, () => planRestore(request.into ?? parsed.path, request, manifest, ctx.now())),
    restore: (request, source, ctx) => restoring(request, ctx, () => restore(parsed, request, source, ctx)),
    fingerprint: (ctx) => reading(ctx, () => liveFingerprint(parsed, ctx)),
    at: (place) => sqlite({ ...options, path: place }),
    scratch: (_manifest, ctx) => live(ctx, () => scratch(parsed, ctx)),
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
