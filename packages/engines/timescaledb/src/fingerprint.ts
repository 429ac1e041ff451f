import { DbsaveError, type FingerprintItem } from "@dbsave/core";
import { displayName, type Session } from "@dbsave/postgres";
import { catalogItems } from "./catalog-items.ts";
import { readExtension } from "./connect.ts";
import { hypertableItems } from "./hypertable-items.ts";
import { stillRestoring } from "./inspect.ts";

/**
 * What TimescaleDB knows beside tables and their rows, for people who read a difference: the catalog's own rows are compared as
 * those of any other table.
 *
 * - `hypertable`: rows that are seen through it, and its dimensions.
 * - `chunk`: the hypertable, the range and whether it is compressed.
 * - `continuous aggregate`: its options and its watermark.
 * - `job`: schedule and configuration of policies and user-defined actions; not when it runs next.
 *
 * SOURCE_INVALID when hypertables do not show all rows of their chunks.
 */
export async function fingerprint(
  session: Session,
  tables: readonly FingerprintItem[],
): Promise<readonly FingerprintItem[]> {
  const extension = await readExtension(session);
  if (extension === undefined) return [];
  if (extension.isRestoring) {
    const { code, message, fix } = stillRestoring(session.database, extension.schema);
    throw new DbsaveError(code, `timescaledb: ${session.database}: ${message}`, { hint: fix });
  }
  const rows = new Map(tables.filter(({ kind }) => kind === "table").map(({ name, count = 0 }) => [name, count]));
  const rowsOf = (schema: string, table: string): number => rows.get(displayName(schema, table)) ?? 0;
  return [...(await hypertableItems(session, rowsOf)), ...(await catalogItems(session))];
}
