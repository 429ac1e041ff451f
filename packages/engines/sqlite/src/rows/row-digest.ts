import { createHash } from "node:crypto";
import { murmur128 } from "./murmur128.ts";

/** Takes all rows of a table, some at a time, separated by line feeds within a call. */
export interface RowDigest {
  add(rows: Buffer): void;
  /** Hex; equal for equal contents. */
  digest(): string;
}

const lineFeed = 10;

/** SHA-256 over the rows, in an order that the contents themselves decide. */
export function orderedDigest(): RowDigest {
  const sha256 = createHash("sha256");
  return {
    add: (rows) => sha256.update(rows).update("\n"),
    digest: () => sha256.digest("hex"),
  };
}

/**
 * The sum of a 128-bit hash of each row, in four lanes modulo 2^32, so the order does not matter while double rows do. Not
 * made to resist someone who forges rows: it finds mistakes. Bytes in storage are protected by SHA-256.
 */
export function unorderedDigest(): RowDigest {
  const sums = new Uint32Array(4);
  const row = new Int32Array(4);
  return {
    add(rows) {
      const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
      for (let start = 0; start <= rows.length; ) {
        const found = rows.indexOf(lineFeed, start);
        const end = found === -1 ? rows.length : found;
        murmur128(view, start, end, row);
        for (let lane = 0; lane < 4; lane++) sums[lane] = (sums[lane] ?? 0) + (row[lane] ?? 0);
        start = end + 1;
      }
    },
    digest: () => Array.from(sums, (sum) => sum.toString(16).padStart(8, "0")).join(""),
  };
}
