import type { FingerprintItem } from "@dbsave/core";
import type { FingerprintMode } from "../options.ts";
import { digestTables } from "./digest-tables.ts";
import { type HeldTables, type TableReader, tablesHeld } from "./hold-tables.ts";

export interface TablesDigest {
  readonly items: readonly FingerprintItem[];
  /** The greatest value that a column filled by a sequence has, by the sequence's oid. */
  readonly greatest: ReadonlyMap<string, bigint>;
}

/** Reads all tables, each reader its own. */
export async function fingerprintTables({ readers }: HeldTables, mode: FingerprintMode): Promise<TablesDigest> {
  const items: FingerprintItem[] = [];
  const greatest = new Map<string, bigint>();
  const stopping = new AbortController();
  const read = async ({ session, batches }: TableReader): Promise<void> => {
    for (const tables of batches) {
      if (stopping.signal.aborted) return;
      for (const digest of await digestTables(session, tables, mode)) {
        items.push(digest.item);
        for (const { sequence, value } of digest.greatest) {
          const known = greatest.get(sequence);
          if (known === undefined || value > known) greatest.set(sequence, value);
        }
      }
      await session.query(`ROLLBACK TO ${tablesHeld}`);
    }
  };
  const reading = readers.map(read);
  try {
    await Promise.all(reading);
  } catch (error) {
    stopping.abort();
    await Promise.allSettled(reading);
    throw error;
  }
  return { items, greatest };
}
