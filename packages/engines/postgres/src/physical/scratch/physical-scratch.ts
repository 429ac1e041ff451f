import { DbsaveError, type Engine, type RunContext, type ScratchInstance } from "@dbsave/core";
import type { ParsedOptions } from "../../options.ts";
import type { ScratchServer } from "../../scratch.ts";
import { inspectPhysical } from "../inspect-physical.ts";
import { describeRead } from "./describe-read.ts";
import { readEverything } from "./read-everything.ts";
import { recoveredTo } from "./recovered-to.ts";
import { startRestored } from "./start-restored.ts";

/**
 * A throw-away instance for one physical backup. A data directory is what a server starts with, so that there is none before
 * `restore`; `check` reads everything in it. `engineOf` makes the engine of that server; before there is one, and
 * for a second restore, it is UNSUPPORTED.
 */
export function physicalScratch(
  options: ParsedOptions,
  { name, capabilities }: Pick<Engine, "name" | "capabilities">,
  engineOf: (options: ParsedOptions) => Engine,
): ScratchInstance {
  const stack = new AsyncDisposableStack();
  let restored: ScratchServer | undefined;
  let started: Engine | undefined;
  const refuse = (why: string): DbsaveError => new DbsaveError("UNSUPPORTED", `${name}: throw-away server: ${why}`);
  const server = (): Engine => {
    if (started !== undefined) return started;
    throw refuse("nothing was restored, so that there is none");
  };
  const engine: Engine = {
    name,
    capabilities,
    probe: async (ctx) => await server().probe(ctx),
    save: async (ctx) => await server().save(ctx),
    backup: async (request, sink, ctx) => await server().backup(request, sink, ctx),
    fingerprint: async (ctx) => await server().fingerprint(ctx),
    at: (place) => server().at(place),
    inspect: (source, ctx) => inspectPhysical(source, ctx),
    planRestore: async () => ({ target: "a throw-away server", steps: ["start it", "read everything"], findings: [] }),
    async restore({ recovery }, source, ctx) {
      if (started !== undefined) throw refuse("it holds a backup already");
      restored = stack.use(await startRestored(options, source, ctx, recovery));
      started = stack.use(engineOf(restored.options));
      const report = { target: "a throw-away server", movedAside: [], details: {} };
      if (recovery === undefined) return report;
      return { ...report, reached: await restored.try(recoveredTo(restored.options, ctx.signal)) };
    },
    async [Symbol.asyncDispose]() {
      await started?.[Symbol.asyncDispose]();
    },
  };
  const check = async (ctx: RunContext): Promise<string> => {
    if (restored === undefined) throw refuse("nothing was restored, so that there is nothing to read");
    return describeRead(await restored.try(readEverything(restored.options, ctx)));
  };
  return { engine, check, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
