import type { FingerprintItem } from "@dbsave/core";
import { connect, type Session } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import { lookAt, type Snapshot } from "../snapshot.ts";
import { tableBatches } from "./batches.ts";
import { digestTables } from "./digest-tables.ts";
import { contentTables, type Table } from "./tables.ts";

export interface TablesDigest {
  readonly items: readonly FingerprintItem[];
  /** The greatest value that a column filled by a sequence has, by the sequence's oid. */
  readonly greatest: ReadonlyMap<string, bigint>;
}

/**
 * Reads all tables in `jobs` sessions that see the same snapshot. Each batch is a transaction of its own, so that the locks
 * (ACCESS SHARE) of ten thousand tables are never held at once.
 */
export async function fingerprintTables(
  options: ParsedOptions,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<TablesDigest> {
  const items: FingerprintItem[] = [];
  const greatest = new Map<string, bigint>();
  const batches: (readonly Table[])[] = [];
  for await (const batch of tableBatches(contentTables(snapshot.session))) batches.push(batch);

  const work = async (session: Session): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const tables = batch;
      for (const digest of await lookAt(session, snapshot, () => digestTables(session, tables))) {
        items.push(digest.item);
        for (const { sequence, value } of digest.greatest) {
          const known = greatest.get(sequence);
          if (known === undefined || value > known) greatest.set(sequence, value);
        }
      }
    }
  };
  const workers = Array.from({ length: Math.min(options.jobs, batches.length) }, async () => {
    await using session = await connect(options, snapshot.database, signal);
    await work(session);
  });
  await settleAll(workers, batches);
  return { items, greatest };
}

/** When one fails the others finish the batch they are at, and get no other. */
async function settleAll(workers: readonly Promise<void>[], batches: unknown[]): Promise<void> {
  try {
    await Promise.all(workers);
  } catch (error) {
    batches.length = 0;
    await Promise.allSettled(workers);
    throw error;
  }
}
