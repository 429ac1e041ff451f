import { hash } from "node:crypto";
import type { FingerprintItem } from "@dbsave/core";
import type { Session } from "../connect.ts";

/** Number, owners and contents of the large objects, read in pieces of 1 MiB. */
export async function largeObjectItems(session: Session): Promise<readonly FingerprintItem[]> {
  const [row] = await session.query<{ objects: string; sum: string | null }>(`
    WITH RECURSIVE piece (oid, owner, number, bytes) AS (
      SELECT oid, lomowner, 0, lo_get(oid, 0, ${pieceBytes}) FROM pg_largeobject_metadata
      UNION ALL
      SELECT oid, owner, number + 1, lo_get(oid, (number + 1)::int8 * ${pieceBytes}, ${pieceBytes})
      FROM piece WHERE length(bytes) = ${pieceBytes}
    )
    SELECT count(*) FILTER (WHERE number = 0) AS objects,
      sum(hashtextextended(concat_ws(' ', oid, pg_get_userbyid(owner), number, encode(bytes, 'base64')), 0))::text AS sum
    FROM piece`);
  if (row === undefined || row.objects === "0") return [];
  const name = "large objects";
  return [{ kind: "large-objects", name, count: Number(row.objects), hash: hash("sha256", String(row.sum)) }];
}

const pieceBytes = 1_048_576;
