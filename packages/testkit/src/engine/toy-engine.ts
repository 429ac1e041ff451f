import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { checkSelection, DbsaveError, type Engine, type EngineCapabilities, type RunContext } from "@dbsave/core";
import { backupToy, toyMethods } from "./toy-backup.ts";
import { exploreToy, readToyData, toyFingerprint } from "./toy-data.ts";
import { inspectToy, planToy, restoreToy } from "./toy-restore.ts";

const capabilities: EngineCapabilities = {
  save: "non-blocking",
  methods: toyMethods,
  scratch: true,
  selects: ["tables"],
};

export interface ToyOptions {
  /** A JSON file of the form `{ "table": { "key": "value" } }`. It may be missing: then only a restore works. */
  readonly path: string;
}

/**
 * The smallest honest engine: its database is one small JSON file. It keeps every promise of `engineConformance`,
 * so that pipelines can be tested without a server, and so that broken engines can be made by changing one thing.
 * Method `json` writes one artifact, `tables` one per table in parallel.
 */
export function toyEngine({ path }: ToyOptions): Engine {
  let disposed = false;
  const live = (ctx: RunContext): void => {
    if (disposed) throw new DbsaveError("UNSUPPORTED", `toy: engine was disposed: ${path}`);
    if (ctx.signal.aborted) throw new DbsaveError("ABORTED", `toy: cancelled: ${path}`);
  };
  return {
    name: "toy",
    capabilities,
    async probe(ctx) {
      live(ctx);
      const data = await readToyData(path);
      const { size: sizeBytes } = await stat(path);
      const details = { tables: Object.keys(data).length };
      return { version: "1.0", identity: `toy:${path}`, description: path, sizeBytes, findings: [], details };
    },
    async explore({ count, database }, ctx) {
      live(ctx);
      if (database !== undefined) throw new DbsaveError("SOURCE_NOT_FOUND", `toy: no database ${database}: ${path}`);
      return exploreToy(await readToyData(path), count);
    },
    async save(ctx) {
      live(ctx);
      await readToyData(path);
      await using file = await open(path, "r+");
      await file.sync();
      return { proof: "the file was flushed to disk", details: {} };
    },
    async backup(request, sink, ctx) {
      live(ctx);
      return backupToy(path, request, sink, ctx);
    },
    async inspect(source, ctx) {
      live(ctx);
      return inspectToy(source, ctx.signal);
    },
    async planRestore(request, { manifest }, ctx) {
      live(ctx);
      checkSelection({ name: "toy", capabilities }, request.select);
      return planToy(request.into ?? path, request, manifest);
    },
    async restore(request, source, ctx) {
      live(ctx);
      checkSelection({ name: "toy", capabilities }, request.select);
      return restoreToy(request.into ?? path, request, source, ctx);
    },
    at: (place) => toyEngine({ path: place }),
    async fingerprint(ctx) {
      live(ctx);
      return toyFingerprint(await readToyData(path));
    },
    async scratch(_manifest, ctx) {
      live(ctx);
      const directory = await mkdtemp(join(ctx.scratchDir, "toy-"));
      const engine = toyEngine({ path: join(directory, "data.json") });
      const dispose = async (): Promise<void> => {
        await engine[Symbol.asyncDispose]();
        await rm(directory, { recursive: true, force: true });
      };
      return { engine, [Symbol.asyncDispose]: dispose };
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
    },
  };
}
