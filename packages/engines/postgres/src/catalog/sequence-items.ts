import { hash } from "node:crypto";
import type { FingerprintItem } from "@dbsave/core";
import type { Session } from "../session.ts";
import { displayName, identifier } from "../sql/quote.ts";

interface Sequence {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly definition: string;
  readonly isRising: boolean;
  readonly start: string;
  /** Unlogged, on a standby: reading it is an error there, and a dump leaves it at its start. */
  readonly isAbsent: boolean;
}

interface Position {
  readonly oid: string;
  readonly last: string;
  readonly called: boolean;
}

const perQuery = 200;

/** `greatest`: what the columns hold that each sequence fills. */
export async function sequenceItems(
  session: Session,
  greatest: ReadonlyMap<string, bigint>,
): Promise<readonly FingerprintItem[]> {
  const items: FingerprintItem[] = [];
  for await (const sequences of session.batches<Sequence>(sequencesSql)) {
    const positions = new Map<string, Position>();
    const counting = sequences.filter(({ oid, isRising }) => isRising && greatest.has(oid));
    for (let start = 0; start < counting.length; start += perQuery) {
      const sql = counting
        .slice(start, start + perQuery)
        .map(positionSql)
        .join(" UNION ALL ");
      for (const position of await session.query<Position>(sql)) positions.set(position.oid, position);
    }
    for (const { oid, schema, name, definition } of sequences) {
      const isBehind = behind(positions.get(oid), greatest.get(oid));
      const state = hash("sha256", JSON.stringify([definition, isBehind]));
      items.push({ kind: "sequence", name: displayName(schema, name), hash: state });
    }
  }
  return items;
}

/** The next value would be one that the column has already. */
function behind(position: Position | undefined, greatest: bigint | undefined): boolean {
  if (position === undefined || greatest === undefined) return false;
  const next = BigInt(position.last) + (position.called ? 1n : 0n);
  return next <= greatest;
}

function positionSql({ oid, schema, name, start, isAbsent }: Sequence): string {
  if (isAbsent) return `(SELECT '${oid}' AS oid, '${start}' AS last, false AS called)`;
  const from = `${identifier(schema)}.${identifier(name)}`;
  return `(SELECT '${oid}' AS oid, last_value::text AS last, is_called AS called FROM ${from})`;
}

const sequencesSql = `
  SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS name, s.seqincrement > 0 AS "isRising", s.seqstart::text AS start,
    c.relpersistence = 'u' AND pg_is_in_recovery() AS "isAbsent",
    json_build_array(s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
      c.relpersistence, pg_get_userbyid(c.relowner))::text AS definition
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;
