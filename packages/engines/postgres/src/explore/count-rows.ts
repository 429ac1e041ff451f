import type { ExploredItem } from "@dbsave/core";
import type { Session } from "../session.ts";
import type { Relation } from "./relation.ts";

const mostTables = 100;

/** The items with their rows counted, in queries of up to a hundred tables. Views of other servers stay uncounted. */
export async function countRows(session: Session, relations: readonly Relation[]): Promise<readonly ExploredItem[]> {
  const counted = relations.filter(({ item }) => item.kind !== "foreign table");
  const counts = new Map<number, number>();
  for (let start = 0; start < counted.length; start += mostTables) {
    const batch = counted.slice(start, start + mostTables);
    const queries = batch.map(
      ({ oid, sql }) => `SELECT ${oid}::float8 AS oid, (SELECT count(*) FROM ${sql})::float8 AS count`,
    );
    const rows = await session.query<{ oid: number; count: number }>(queries.join(" UNION ALL "));
    for (const { oid, count } of rows) counts.set(oid, count);
  }
  return relations.map(({ oid, item }) => {
    const count = counts.get(oid);
    return count === undefined ? item : { ...item, rows: { count, isExact: true } };
  });
}
