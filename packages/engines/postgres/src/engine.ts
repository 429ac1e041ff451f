import {
  DbsaveError,
  type Engine,
  type EngineCapabilities,
  type ErrorCode,
  type RunContext,
  throwIfAborted,
  toDbsaveError,
} from "@dbsave/core";
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
  const live = async <T>(ctx: RunContext, otherwise: ErrorCode, work: () => Promise<T>): Promise<T> => {
    if (disposed) throw new DbsaveError("UNSUPPORTED", `postgres: engine was disposed: ${describe(options)}`);
    throwIfAborted(ctx.signal, "postgres");
    try {
      return await work();
    } catch (error) {
      throw toDbsaveError(error, otherwise, `postgres: ${describe(options)}`, ctx.signal);
    }
  };
  return {
    name: "postgres",
    capabilities,
    probe: (ctx) => live(ctx, "SOURCE_INVALID", () => probe(options, ctx)),
    save: (ctx) => live(ctx, "SAVE_FAILED", () => save(options, ctx)),
    backup: (request, sink, ctx) => live(ctx, "BACKUP_FAILED", () => backup(options, request, sink, ctx)),
    inspect: (source, ctx) => live(ctx, "SOURCE_INVALID", () => inspect(options, source, ctx)),
    planRestore: (request, manifest, ctx) =>
      live(ctx, "RESTORE_FAILED", () => planRestore(...resolvePlace(options, request, manifest), manifest, ctx)),
    restore: (request, source, ctx) =>
      live(ctx, "RESTORE_FAILED", () => restore(...resolvePlace(options, request, source.manifest), source, ctx)),
    at: (place) => engineOn(optionsAt(options, place)),
    fingerprint: (ctx) => live(ctx, "SOURCE_INVALID", () => fingerprint(options, ctx.signal)),
    scratch: (manifest, ctx) =>
      live(ctx, "RESTORE_FAILED", async () => {
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
