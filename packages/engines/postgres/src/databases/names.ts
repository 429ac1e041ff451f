import { randomBytes } from "node:crypto";
import type { Session } from "../connect.ts";

const longestName = 63;

/** Of a database that is being filled. */
export function temporaryName(): string {
  return `dbsave_restoring_${randomBytes(6).toString("hex")}`;
}

/** A free name for what was at `name`: `orders_before_restore_20261121T101500Z`. */
export async function freeAsideName(session: Session, name: string, now: Date): Promise<string> {
  const stamp = `_before_restore_${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? stamp : `${stamp}_${count}`;
    const candidate = firstBytes(name, longestName - suffix.length) + suffix;
    if ((await session.query("SELECT FROM pg_database WHERE datname = $1", [candidate])).length === 0) return candidate;
  }
}

/** As many whole characters as fit. */
function firstBytes(text: string, limit: number): string {
  let kept = "";
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > limit) break;
    kept += character;
  }
  return kept;
}
