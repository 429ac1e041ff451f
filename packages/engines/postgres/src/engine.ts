import { DbsaveError, type Engine, type EngineCapabilities, type RunContext, throwIfAborted } from "@dbsave/core";
import { backup } from "./backup.ts";
import { fingerprint } from "./fingerprint.ts";
import { inspect } from "./inspect.ts";
import { describe, type ParsedOptions, type PostgresOptions, parseOptions } from "./options.ts";
import { optionsAt, planRestore, resolvePlace } from "./plan-restore.ts";
import { probe } from "./probe.ts";
import { restore } from "./restore.ts";
import { save } from "./save.ts";
import { startScratchServer } from "./scratch.ts";

const capabilities: EngineCapabilities = { save: "blocks", methods: { logical: ["full"] }, scratch: true };

/**
 * A PostgreSQL server, 13 or newer: one of its databases, several, or all. Nothing is opened before a method is called and
 * nothing stays open after it. OPTIONS_INVALID for a wrong option.
 */
export function postgres(options: PostgresOptions): Engine {
  return engineOn(parseOptions(options));
}

function engineOn(options: ParsedOptions): Engine {
  let disposed = false;
  const live = async <T>(ctx: RunContext, work: () => Promise<T>): Promise<T> => {
    if (disposed) throw new DbsaveError("UNSUPPORTED", `postgres: engine was disposed: ${describe(options)}`);
    throwIfAborted(ctx.signal, "postgres");
    return await work();
  };
  return {
    name: "postgres",
    capabilities,
    probe: (ctx) => live(ctx, () => probe(options, ctx)),
    save: (ctx) => live(ctx, () => save(options, ctx)),
    backup: (request, sink, ctx) => live(ctx, () => backup(options, request, sink, ctx)),
    inspect: (source, ctx) => live(ctx, () => inspect(options, source, ctx)),
    planRestore: (request, manifest, ctx) =>
      live(ctx, () => planRestore(...resolvePlace(options, request, manifest), manifest, ctx)),
    restore: (request, source, ctx) =>
      live(ctx, () => restore(...resolvePlace(options, request, source.manifest), source, ctx)),
    at: (place) => engineOn(optionsAt(options, place)),
    fingerprint: (ctx) => live(ctx, () => fingerprint(options, ctx.signal)),
    scratch: (manifest, ctx) =>
      live(ctx, async () => {
        const server = await startScratchServer(options, manifest, ctx);
        const engine = engineOn(server.options);
        return {
          engine,
          async [Symbol.asyncDispose]() {
            await engine[Symbol.asyncDispose]();
            await server[Symbol.asyncDispose]();
          },
        };
      }),
    async [Symbol.asyncDispose]() {
      disposed = true;
    },
  };
}
