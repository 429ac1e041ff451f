import { randomBytes } from "node:crypto";
import { isMarkedAlive, processMark } from "@dbsave/core";
import type { Session } from "../session.ts";

const longestName = 63;

/** Begins the name of every database that is being filled. */
export const temporaryPrefix = "dbsave_restoring_";

/** Of a database that this process is filling. */
export function temporaryName(): string {
  return `${temporaryPrefix}${processMark()}-${randomBytes(3).toString("hex")}`;
}

/** Whether the process that fills the database of this name runs; undefined for any other name. */
export function isBeingFilled(name: string): ReturnType<typeof isMarkedAlive> {
  const [, mark] = /^dbsave_restoring_(.*)-[0-9a-f]{6}$/.exec(name) ?? [];
  return mark === undefined ? undefined : isMarkedAlive(mark);
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
