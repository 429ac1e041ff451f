import type { Engine, ScratchInstance } from "@dbsave/core";
import type { ParsedOptions } from "../../options.ts";
import type { ScratchServer } from "../../scratch.ts";
import { readEverything } from "./read-everything.ts";
import { startRestored } from "./start-restored.ts";

/**
 * A throw-away instance for physical backups. A data directory is what a server starts with, so that it starts with `restore`,
 * which then reads everything; the other methods work from then on. `engineOf` makes the engine of that server.
 */
export function physicalScratch(options: ParsedOptions, engineOf: (options: ParsedOptions) => Engine): ScratchInstance {
  const stack = new AsyncDisposableStack();
  let engine = stack.use(engineOf({ ...options, isIsolated: true }));
  let server: ScratchServer | undefined;
  const restore: Engine["restore"] = async (_, source, ctx) => {
    await server?.[Symbol.asyncDispose]();
    server = stack.use(await startRestored(options, source, ctx));
    engine = stack.use(engineOf(server.options));
    const report = await readEverything(server.options, ctx);
    return { target: "a throw-away server", movedAside: [], details: { ...report } };
  };
  const instance: Engine = {
    ...engine,
    restore,
    probe: (ctx) => engine.probe(ctx),
    fingerprint: (ctx) => engine.fingerprint(ctx),
    save: (ctx) => engine.save(ctx),
  };
  return { engine: instance, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
