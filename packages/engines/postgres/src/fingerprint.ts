import type { Fingerprint, FingerprintItem } from "@dbsave/core";
import { largeObjectItems } from "./catalog/large-objects.ts";
import { roleItems } from "./catalog/roles.ts";
import { schemaItems } from "./catalog/schema-items.ts";
import { sequenceItems } from "./catalog/sequence-items.ts";
import { chooseDatabases, withMaintenance } from "./databases/choose.ts";
import type { FingerprintMode, ParsedOptions } from "./options.ts";
import { fingerprintTables } from "./rows/fingerprint-tables.ts";
import { type HeldTables, holdTables } from "./rows/hold-tables.ts";
import { holdSnapshot, type Snapshot } from "./snapshot.ts";

const algorithms: Readonly<Record<FingerprintMode, string>> = { full: "rows-1", counts: "counts-1" };

/**
 * Of the live contents: each database in a snapshot of its own, and the roles of the server. `algorithm` is that of the
 * fingerprint it is to be compared with, by default what the options say.
 */
export async function fingerprint(
  given: ParsedOptions,
  signal: AbortSignal,
  algorithm: string = algorithmOf(given),
): Promise<Fingerprint> {
  const isCount = algorithm === algorithmOf({ ...given, fingerprint: "counts" });
  const options: ParsedOptions = { ...given, fingerprint: isCount ? "counts" : "full" };
  const items: FingerprintItem[] = [];
  for (const database of await chooseDatabases(options, signal)) {
    await using snapshot = await holdSnapshot(options, database, signal);
    await using tables = await holdTables(options, snapshot, signal);
    items.push(...(await fingerprintDatabase(options, snapshot, tables)));
  }
  items.push(...(await fingerprintGlobals(options, signal)));
  return assemble(options, items);
}

/**
 * What one database holds at the moment of `snapshot`. Names say the database only where there may be several.
 *
 * - `table`: rows of every table and partition and, unless only counts are wanted, an order-independent digest of them.
 * - `schema`: each relation with its columns, constraints, valid indexes, triggers, policies and rights; functions, types,
 *   extensions with their versions, and all other objects. No text of expressions: the server rewrites it on a restore.
 * - `sequence`: its definition, and whether it is behind the column it fills. Not its value, which no snapshot holds still.
 * - `large-objects`, `setting`: large objects; encoding, locale, owner, rights and settings of the database.
 *
 * Materialised views are compared by definition: a restore fills them anew. So are foreign tables.
 */
export async function fingerprintDatabase(
  options: ParsedOptions,
  snapshot: Snapshot,
  tables: HeldTables,
): Promise<readonly FingerprintItem[]> {
  const { session, database } = snapshot;
  const schema = await schemaItems(session);
  const large = await largeObjectItems(session);
  const { items, greatest } = await fingerprintTables(tables, options.fingerprint);
  const sequences = await sequenceItems(session, greatest);
  const more = (await options.profile.fingerprint?.(session, items)) ?? [];
  const all = [...schema, ...large, ...items, ...sequences, ...more];
  if (options.databases === null) return all;
  return all.map((item) => ({ ...item, name: `${itemPrefix(database)}${item.name}` }));
}

/** What the names of a database's items begin with where there may be several databases. */
export function itemPrefix(database: string): string {
  return `${database}: `;
}

/** Roles with their attributes, memberships and settings; never their passwords. */
export async function fingerprintGlobals(
  options: ParsedOptions,
  signal: AbortSignal,
): Promise<readonly FingerprintItem[]> {
  return await withMaintenance(options, [], signal, roleItems);
}

export function assemble(options: ParsedOptions, items: readonly FingerprintItem[]): Fingerprint {
  return { algorithm: algorithmOf(options), items: items.toSorted(byKindThenName) };
}

function algorithmOf({ profile, fingerprint: mode }: ParsedOptions): string {
  return `${profile.name}-${algorithms[mode]}`;
}

function byKindThenName(a: FingerprintItem, b: FingerprintItem): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return 0;
}
