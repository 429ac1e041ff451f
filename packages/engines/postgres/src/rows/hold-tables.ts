import { connect } from "../connect.ts";
import type { ParsedOptions } from "../options.ts";
import type { Session } from "../session.ts";
import { lookAt, type Snapshot } from "../snapshot.ts";
import { tableBatches } from "./batches.ts";
import { contentTables, type Table } from "./tables.ts";

/** Sessions that see one snapshot, and hold the tables they are to read. */
export interface HeldTables extends AsyncDisposable {
  readonly readers: readonly TableReader[];
}

export interface TableReader {
  readonly session: Session;
  readonly batches: readonly (readonly Table[])[];
}

const namesInStatement = 500;

/** Back to here every lock is let go but those of the tables: reading one takes locks of its indexes, too. */
export const tablesHeld = "tables_held";

/**
 * Deals the tables out to `jobs` sessions and locks each in the session that will read it (ACCESS SHARE), until disposed:
 * TRUNCATE and some ALTER TABLE change what an older snapshot sees, and one that waits for pg_dump would keep us waiting
 * for it. SOURCE_BUSY when a lock is not to be had within the timeout.
 */
export async function holdTables(options: ParsedOptions, snapshot: Snapshot, signal: AbortSignal): Promise<HeldTables> {
  await using opened = new AsyncDisposableStack();
  const readers: TableReader[] = [];
  for (const batches of await dealOut(options.jobs, contentTables(snapshot.session))) {
    const session = opened.use(await connect(options, snapshot.database, signal));
    await lookAt(session, snapshot);
    const names = batches.flat().map(({ sql }) => sql);
    for (let first = 0; first < names.length; first += namesInStatement) {
      await session.query(`LOCK TABLE ${names.slice(first, first + namesInStatement).join(", ")} IN ACCESS SHARE MODE`);
    }
    await session.query(`SAVEPOINT ${tablesHeld}`);
    readers.push({ session, batches });
  }
  const kept = opened.move();
  return { readers, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The biggest first, each to whom has the least. */
async function dealOut(hands: number, tables: AsyncIterable<Table>): Promise<readonly (readonly Table[])[][]> {
  const dealt: { pages: number; batches: (readonly Table[])[] }[] = [];
  for await (const batch of tableBatches(tables)) {
    if (dealt.length < hands) dealt.push({ pages: 0, batches: [] });
    const least = dealt.reduce((one, other) => (other.pages < one.pages ? other : one));
    least.batches.push(batch);
    least.pages += batch.reduce((sum, { pages }) => sum + pages + 1, 0);
  }
  return dealt.map(({ batches }) => batches);
}
