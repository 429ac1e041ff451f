import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DbsaveError, type RunContext } from "@dbsave/core";
import { idle } from "../storage/storage-steps.ts";
import { type BrokenEngine, broken } from "./broken-engine.ts";
import { writeToyData } from "./toy-data.ts";
import { toyEngine } from "./toy-engine.ts";
import { toyPassword } from "./toy-subject.ts";

const notBegun = "does nothing that is cancelled before it begins";
const tidies = "leaves nothing in the scratch directory of a run";
const reports = "reports progress that only grows, and nothing after a call has ended";
const scratches = "restores into a scratch instance to the same contents, without touching the source";
const hides = "shows its secrets nowhere: not in errors, events, facts, findings, plans or itself";

export const brokenManners: readonly BrokenEngine[] = [
  broken(scratches, "restores beside its source and not into the scratch instance", (honest, path) => ({
    scratch: async (manifest, ctx) => {
      const scratch = await honest.scratch?.(manifest, ctx);
      if (scratch === undefined) throw new Error("the honest toy has none");
      const { engine } = scratch;
      const restore: typeof engine.restore = (_request, ...rest) =>
        engine.restore({ into: `${path}.scratch`, force: true }, ...rest);
      return { ...scratch, engine: { ...engine, restore } };
    },
  })),
  broken(scratches, "gives its source as a scratch instance", (honest) => ({
    scratch: async () => ({
      engine: { ...honest, restore: (_request, ...rest) => honest.restore({ force: true }, ...rest) },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  })),
  broken("keeps scratch instances apart", "has one scratch instance for all", () => ({
    scratch: async (_manifest, ctx) => {
      const path = join(ctx.scratchDir, "scratch.json");
      const engine = toyEngine({ path });
      const restore: typeof engine.restore = (_request, ...rest) => engine.restore({ force: true }, ...rest);
      return { engine: { ...engine, restore }, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    },
  })),
  broken(
    "removes a scratch instance and all it holds when it is disposed, used or not",
    "keeps scratch instances for later",
    (honest) => ({
      scratch: async (manifest, ctx) => {
        const scratch = await honest.scratch?.(manifest, ctx);
        if (scratch === undefined) throw new Error("the honest toy has none");
        return { ...scratch, [Symbol.asyncDispose]: () => scratch.engine[Symbol.asyncDispose]() };
      },
    }),
  ),
  broken(notBegun, "takes a fingerprint nobody wants any more", (honest) => ({
    fingerprint: (ctx) => honest.fingerprint({ ...ctx, signal: idle }),
  })),
  broken(notBegun, "plans what nobody wants any more", (honest) => ({
    planRestore: (request, source, ctx) => honest.planRestore(request, source, { ...ctx, signal: idle }),
  })),
  broken(notBegun, "opens a backup nobody wants any more", (honest) => ({
    restore: async (request, source, ctx) => {
      for (const { name } of source.manifest.artifacts) (await source.open(name)).destroy();
      return await honest.restore(request, source, ctx);
    },
  })),
  broken(
    "stops a backup that is cancelled while its sink stalls, and closes every stream",
    "does not hear while it backs up",
    (honest) => ({ backup: (request, sink, ctx) => honest.backup(request, sink, deaf(ctx)) }),
  ),
  broken(
    "stops a backup that is cancelled while its sink stalls, and closes every stream",
    "goes away and leaves its streams open",
    (honest) => ({
      backup: (request, sink, ctx) => Promise.race([honest.backup(request, sink, deaf(ctx)), aborted(ctx)]),
    }),
  ),
  broken(
    "stops a restore that is cancelled while its source stalls, and leaves the place as it was",
    "does not hear while it restores",
    (honest) => ({ restore: (request, source, ctx) => honest.restore(request, source, deaf(ctx)) }),
  ),
  broken(
    "stops a restore that is cancelled while its source stalls, and leaves the place as it was",
    "makes the place before it has the backup",
    (honest, path) => ({
      restore: async (request, source, ctx) => {
        if (!request.force) await writeToyData(request.into ?? path, {});
        return await honest.restore({ ...request, force: true }, source, ctx);
      },
    }),
  ),
  broken(
    "stops an inspection that is cancelled while its source stalls",
    "does not hear while it inspects",
    (honest) => ({
      inspect: (source, ctx) => honest.inspect(source, deaf(ctx)),
    }),
  ),
  broken(tidies, "keeps the dump it made", (honest) => ({
    backup: async (request, sink, ctx) => {
      await writeFile(join(ctx.scratchDir, "dump.json"), "{}");
      return await honest.backup(request, sink, ctx);
    },
  })),
  broken(tidies, "unpacks for an inspection and leaves it there", (honest) => ({
    inspect: async (source, ctx) => {
      await writeFile(join(ctx.scratchDir, "unpacked.json"), "{}");
      return await honest.inspect(source, ctx);
    },
  })),
  broken(reports, "counts down", (honest) => ({
    backup: async (request, sink, ctx) => {
      for (const doneBytes of [2, 1]) ctx.report({ type: "progress", item: "data.json", doneBytes });
      return await honest.backup(request, sink, ctx);
    },
  })),
  broken(reports, "reports what is long over", (honest) => ({
    restore: async (request, source, ctx) => {
      const report = await honest.restore(request, source, ctx);
      void nextTurn().then(() => ctx.report({ type: "note", message: "restored" }));
      return report;
    },
  })),
  broken("does nothing any more once it is disposed, which may be said twice", "cannot be disposed", () => ({
    [Symbol.asyncDispose]: async () => undefined,
  })),
  broken(
    "does nothing any more once it is disposed, which may be said twice",
    "fails without a code then",
    (honest) => {
      let isDisposed = false;
      return {
        probe: async (ctx) => {
          if (isDisposed) throw new TypeError("cannot read properties of undefined");
          return await honest.probe(ctx);
        },
        [Symbol.asyncDispose]: async () => {
          isDisposed = true;
          await honest[Symbol.asyncDispose]();
        },
      };
    },
  ),
  broken("can be made and disposed without being used", "makes its place when it is disposed", (_honest, path) => ({
    [Symbol.asyncDispose]: () => writeToyData(path, {}),
  })),
  broken(hides, "puts its password into an error", (honest) => ({
    probe: (ctx) =>
      honest.probe(ctx).catch((cause: unknown) => {
        throw new DbsaveError("CONNECT_FAILED", `toy: cannot connect to toy://ada:${toyPassword}@host`, { cause });
      }),
  })),
  broken(hides, "puts its password into the cause of an error", (honest) => ({
    backup: (request, sink, ctx) =>
      honest.backup(request, sink, ctx).catch((error: unknown) => {
        const cause = new Error(`toydump --password ${toyPassword} failed`, { cause: error });
        throw new DbsaveError("BACKUP_FAILED", "toy: backup failed", { cause });
      }),
  })),
  broken(hides, "reports how it connects", (honest) => ({
    backup: (request, sink, ctx) => {
      ctx.report({ type: "note", message: `connecting with ${toyPassword}` });
      return honest.backup(request, sink, ctx);
    },
  })),
  broken(hides, "describes its source by its URL", (honest) => ({
    probe: async (ctx) => ({ ...(await honest.probe(ctx)), description: `toy://ada:${toyPassword}@host` }),
  })),
  broken(hides, "can be inspected", () => ({ options: { password: toyPassword } }) as object),
];

/** The same context, in which nobody cancels anything. */
function deaf(ctx: RunContext): RunContext {
  return { ...ctx, signal: ctx.signal.aborted ? ctx.signal : idle };
}

async function aborted({ signal }: RunContext): Promise<never> {
  return await new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DbsaveError("ABORTED", "toy: cancelled")));
  });
}
