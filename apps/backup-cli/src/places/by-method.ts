import { type Catalog, DbsaveError, type PipelineItem } from "@dbsave/core";

/** The catalog with the backups by `method` alone. USAGE, with the methods that there are, when it has none. */
export function byMethod(catalog: Catalog, method: string | undefined): Catalog {
  if (method === undefined) return catalog;
  const entries = catalog.entries.filter(({ manifest }) => manifest.method === method);
  if (entries.length > 0 || catalog.entries.length === 0) return { ...catalog, entries };
  const there = [...new Set(catalog.entries.map(({ manifest }) => manifest.method))].join(", ");
  throw new DbsaveError("USAGE", `${catalog.target}: no backup by method "${method}"`, {
    hint: `Its backups are by: ${there}`,
  });
}

/**
 * The items with one of their methods alone; those that have it not are left out when they were not `named`. USAGE when one of
 * them was, and when none is left.
 */
export function itemsByMethod(
  items: readonly PipelineItem[],
  method: string | undefined,
  named: readonly string[],
): readonly PipelineItem[] {
  if (method === undefined) return items;
  const having = items.filter(({ job }) => methodsOf(job).includes(method));
  const without = items.find(
    (item) => !having.includes(item) && (named.includes(item.job.target) || having.length === 0),
  );
  if (without === undefined) return having.map((item) => ({ ...item, job: { ...item.job, methods: [method] } }));
  const { job } = without;
  throw new DbsaveError("USAGE", `${job.target}: it is not backed up by method "${method}"`, {
    hint: `The configuration says: ${methodsOf(job).join(", ")}`,
  });
}

function methodsOf({ methods = [], engine }: PipelineItem["job"]): readonly string[] {
  return methods.length > 0 ? methods : Object.keys(engine.capabilities.methods).slice(0, 1);
}
