import {
  checkSelection,
  DbsaveError,
  type Engine,
  type EngineCapabilities,
  type ErrorCode,
  type Manifest,
  type RestoreRequest,
  type RunContext,
  type ScratchInstance,
  throwIfAborted,
  toDbsaveError,
} from "@dbsave/core";
import { backup, kinds } from "./backup.ts";
import { explore } from "./explore.ts";
import { fingerprint } from "./fingerprint.ts";
import { inspect } from "./inspect.ts";
import { locateServer } from "./locate.ts";
import { log } from "./log.ts";
import { describe, type ParsedOptions, type PostgresOptions, parseOptions } from "./options.ts";
import { choosePhysicalRestore } from "./physical/choose-restore.ts";
import { inspectPhysical } from "./physical/inspect-physical.ts";
import { isPhysical, refusePhysicalOptions } from "./physical/method.ts";
import { physicalScratch } from "./physical/scratch/physical-scratch.ts";
import { plainProfile } from "./plain-profile.ts";
import { optionsAt, planRestore, resolvePlace } from "./plan-restore.ts";
import { probe } from "./probe.ts";
import type { PostgresProfile } from "./profile.ts";
import { restore } from "./restore.ts";
import { save } from "./save.ts";
import { startScratchServer } from "./scratch.ts";
import { databaseOfNames } from "./selection/database-in-names.ts";
import { isUrl } from "./url.ts";

const capabilities: EngineCapabilities = {
  save: "blocks",
  methods: kinds,
  scratch: true,
  selects: ["databases", "schemas", "tables"],
  starts: true,
};

/** What an extension keeps in tables of its own is not in the table of contents. */
const wholeDatabases = ["databases"] as const;

/**
 * A PostgreSQL server, 13 or newer: one of its databases, several, or all. Nothing is opened before a method is called and
 * nothing stays open after it. OPTIONS_INVALID for a wrong option.
 */
export function postgres(options: PostgresOptions): Engine {
  return postgresWith(options, plainProfile);
}

/** The same engine for databases with an extension that needs more than plain PostgreSQL does. */
export function postgresWith(options: PostgresOptions, profile: PostgresProfile): Engine {
  const parsed = parseOptions(options, profile);
  return engineOn(parsed, (signal) => locateServer(options, parsed, signal));
}

/** `locate` gives `options` with the address that the server has now. */
function engineOn(options: ParsedOptions, locate: (signal: AbortSignal) => Promise<ParsedOptions>): Engine {
  const located = async (signal: AbortSignal, place = ""): Promise<ParsedOptions> =>
    isUrl(place) ? options : await locate(signal); // somewhere else: the server itself may be gone
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
  const { name, fill } = options.profile;
  const selects = fill === undefined ? capabilities.selects : wholeDatabases;
  const methods = Object.fromEntries(options.methods.map((method) => [method, kinds[method]]));
  const identity = { name, capabilities: { ...capabilities, methods, selects } };
  const target = { options, locate: located };
  const asked = (given: RestoreRequest, manifest: Manifest): RestoreRequest => {
    checkSelection(identity, given.select);
    const request = given.select === undefined ? given : { ...given, select: databaseOfNames(given.select) };
    if (!isPhysical(manifest)) refusePhysicalOptions(manifest, request);
    return request;
  };
  return {
    ...identity,
    log,
    probe: (ctx) => live(ctx, "SOURCE_INVALID", async () => probe(await located(ctx.signal), ctx)),
    explore: (request, ctx) =>
      live(ctx, "SOURCE_INVALID", async () => explore(await located(ctx.signal), request, ctx)),
    save: (ctx) => live(ctx, "SAVE_FAILED", async () => save(await located(ctx.signal), ctx)),
    backup: (request, sink, ctx) =>
      live(ctx, "BACKUP_FAILED", async () => backup(await located(ctx.signal), request, sink, ctx)),
    inspect: (source, ctx) =>
      live(ctx, "SOURCE_INVALID", () =>
        isPhysical(source.manifest) ? inspectPhysical(source, ctx) : inspect(options, source, ctx),
      ),
    planRestore: (given, source, ctx) =>
      live(ctx, "RESTORE_FAILED", async () => {
        const request = asked(given, source.manifest);
        if (isPhysical(source.manifest)) return await choosePhysicalRestore(target, request, source).plan(ctx);
        const here = await located(ctx.signal, request.into);
        return await planRestore(...resolvePlace(here, request, source.manifest), source, ctx);
      }),
    restore: (given, source, ctx) =>
      live(ctx, "RESTORE_FAILED", async () => {
        const request = asked(given, source.manifest);
        if (isPhysical(source.manifest)) return await choosePhysicalRestore(target, request, source).run(ctx);
        const here = await located(ctx.signal, request.into);
        return await restore(...resolvePlace(here, request, source.manifest), source, ctx);
      }),
    at: (place) =>
      engineOn(optionsAt(options, place), async (signal) => optionsAt(await located(signal, place), place)),
    fingerprint: (ctx, algorithm) =>
      live(ctx, "SOURCE_INVALID", async () => fingerprint(await located(ctx.signal), ctx.signal, algorithm)),
    scratch: (manifest, ctx) => live(ctx, "RESTORE_FAILED", () => scratchOf(options, identity, manifest, ctx)),
    async [Symbol.asyncDispose]() {
      disposed = true;
    },
  };
}

/** A throw-away server for backups like that of `manifest`, and the engine on it. */
async function scratchOf(
  options: ParsedOptions,
  identity: Pick<Engine, "name" | "capabilities">,
  manifest: Manifest,
  ctx: RunContext,
): Promise<ScratchInstance> {
  if (isPhysical(manifest)) return physicalScratch(options, identity, (there) => engineOn(there, async () => there));
  const server = await startScratchServer(options, manifest, ctx);
  const engine = engineOn(server.options, async () => server.options);
  return {
    engine: {
      ...engine,
      restore: (request, source, own) => server.try(engine.restore(request, source, own)),
      fingerprint: (own, algorithm) => server.try(engine.fingerprint(own, algorithm)),
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
