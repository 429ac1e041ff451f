import { hash } from "node:crypto";
import type { FingerprintItem } from "@dbsave/core";
import type { Session } from "../session.ts";

/** Number, owners and contents of the large objects, read in pieces of 1 MiB, of which the server keeps only the hashes. */
export async function largeObjectItems(session: Session): Promise<readonly FingerprintItem[]> {
  const [row] = await session.query<{ objects: string; sum: string | null }>(`
    WITH RECURSIVE piece (oid, owner, number, length, hash) AS (
      SELECT o.oid, o.lomowner, 0, p.* FROM pg_largeobject_metadata o, ${hashedPiece("o.oid", "o.lomowner", "0")}
      UNION ALL
      SELECT o.oid, o.owner, o.number + 1, p.* FROM piece o, ${hashedPiece("o.oid", "o.owner", "o.number + 1")}
      WHERE o.length = ${pieceBytes}
    )
    SELECT count(*) FILTER (WHERE number = 0) AS objects, sum(hash)::text AS sum FROM piece`);
  if (row === undefined || row.objects === "0") return [];
  const name = "large objects";
  return [{ kind: "large-objects", name, count: Number(row.objects), hash: hash("sha256", String(row.sum)) }];
}

const pieceBytes = 1_048_576;

/** SQL text. */
function hashedPiece(oid: string, owner: string, number: string): string {
  return `LATERAL (
    SELECT length(bytes), hashtextextended(concat_ws(' ', ${oid}, pg_get_userbyid(${owner}), ${number}, encode(bytes, 'base64')), 0)
    FROM lo_get(${oid}, (${number})::int8 * ${pieceBytes}, ${pieceBytes}) bytes) p`;
}
