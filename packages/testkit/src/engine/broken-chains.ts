import type { Engine } from "@dbsave/core";
import { type BrokenEngine, broken, type Defect } from "./broken-engine.ts";

const restores = "restores an incremental backup, with all it was taken upon, to the contents of its own moment";
const inspects = "finds nothing wrong with incremental backups that are whole";
const falls = "takes a full backup, and says why, upon one that cannot be read";

export const brokenChains: readonly BrokenEngine[] = [
  broken(restores, "restores only what changed", (honest) => ({
    restore: (request, source, ctx) =>
      honest.restore(request, { ...source, manifest: { ...source.manifest, kind: "full" } }, ctx),
  })),
  broken(restores, "takes a full backup for an incremental one", alwaysFull({})),
  broken(inspects, "misses what did not change", (honest) => ({
    inspect: (source, ctx) => honest.inspect({ manifest: source.manifest, open: (name) => source.open(name) }, ctx),
  })),
  broken(falls, "fails for want of a parent", (honest) => ({
    backup: async (request, sink, ctx) => {
      await request.parent?.open(request.parent.manifest.artifacts[0]?.name ?? "");
      return await honest.backup(request, sink, ctx);
    },
  })),
  broken(falls, "hides why it took a full backup", alwaysFull({ fullBecause: "" })),
];

function alwaysFull(changes: { readonly fullBecause?: string }): Defect {
  return (honest: Engine) => ({
    backup: async (request, sink, ctx) => {
      const facts = await honest.backup({ ...request, kind: "full" }, sink, ctx);
      return { ...facts, ...changes };
    },
  });
}
