import type { TocEntry } from "./toc.ts";

export interface CompletePart {
  /** In the order of the table of contents, in which they can be restored. */
  readonly entries: readonly TocEntry[];
  /** Foreign keys of restored tables to tables that are not. */
  readonly foreignKeysLeftOut: readonly TocEntry[];
  /** The table of each of them. */
  readonly tablesWithoutThem: readonly TocEntry[];
}

/** Of one relation: restored with it, and with what they need themselves. */
const attached = new Set([
  "DEFAULT",
  "CONSTRAINT",
  "CHECK CONSTRAINT",
  "INDEX",
  "TRIGGER",
  "RULE",
  "POLICY",
  "ROW SECURITY",
  "STATISTICS",
  "TABLE DATA",
  "MATERIALIZED VIEW DATA",
  "SEQUENCE",
  "SEQUENCE SET",
]);

/** Restored where all that they need is, and never a reason to restore more. */
const between = new Set([
  "FK CONSTRAINT",
  "TABLE ATTACH",
  "INDEX ATTACH",
  "SEQUENCE OWNED BY",
  "STATISTICS DATA",
  "ACL",
  "COMMENT",
  "SECURITY LABEL",
]);

const owners = new Set(["TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "DOMAIN"]);
const tables = new Set(["TABLE", "FOREIGN TABLE"]);

/**
 * What must be restored so that the entries `asked` are of use: all that they need, rows included; of each table its
 * sequences, defaults, constraints, indexes, triggers, rules, policies, rights and comments; partitions and children of tables
 * that were asked for. A foreign key only when both of its tables are there.
 */
export function completePart(toc: readonly TocEntry[], asked: ReadonlySet<number>): CompletePart {
  const byId = new Map(toc.map((entry) => [entry.id, entry]));
  const dependents = Map.groupBy(
    toc.flatMap((entry) => [...new Set(entry.needs)].map((need) => ({ need, entry }))),
    ({ need }) => need,
  );
  const kept = new Set<number>();
  const whole = new Set<number>(); // with their partitions and children
  const queue: TocEntry[] = [];
  const keep = (entry: TocEntry | undefined, isWhole: boolean): void => {
    if (entry === undefined || (kept.has(entry.id) && (!isWhole || whole.has(entry.id)))) return;
    kept.add(entry.id);
    if (isWhole) whole.add(entry.id);
    queue.push(entry);
  };
  for (const entry of toc) if (asked.has(entry.id) && !between.has(entry.kind)) keep(entry, true);
  for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
    for (const need of entry.needs) keep(byId.get(need), false);
    for (const { entry: dependent } of dependents.get(entry.id) ?? []) {
      if (attached.has(dependent.kind) && ownerOf(dependent, byId) === entry) keep(dependent, false);
      if (whole.has(entry.id) && tables.has(entry.kind) && tables.has(dependent.kind)) keep(dependent, true);
    }
  }
  const isPossible = ({ needs }: TocEntry): boolean =>
    needs.length > 0 && needs.every((need) => kept.has(need) || !byId.has(need));
  const entries = toc.filter((entry) => (between.has(entry.kind) ? isPossible(entry) : kept.has(entry.id)));
  const foreignKeysLeftOut: TocEntry[] = [];
  const tablesWithoutThem = new Set<TocEntry>();
  for (const entry of toc) {
    const owner = entry.kind === "FK CONSTRAINT" ? ownerOf(entry, byId) : undefined;
    if (owner === undefined || !kept.has(owner.id) || isPossible(entry)) continue;
    foreignKeysLeftOut.push(entry);
    tablesWithoutThem.add(owner);
  }
  return { entries, foreignKeysLeftOut, tablesWithoutThem: [...tablesWithoutThem] };
}

/** What an entry is a part of: of all that it needs what is called most alike, `public orders` of `public orders orders_pkey`. */
function ownerOf({ needs, label }: TocEntry, byId: ReadonlyMap<number, TocEntry>): TocEntry | undefined {
  const candidates = needs.flatMap((need) => byId.get(need) ?? []).filter(({ kind }) => owners.has(kind));
  const [best] = candidates.toSorted((a, b) => alike(b.label, label) - alike(a.label, label));
  return best;
}

function alike(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
