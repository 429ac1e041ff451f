import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { DbsaveError, type ExploredItem, type Fingerprint, toDbsaveError } from "@dbsave/core";

/** The whole toy database: table name to key to value. */
export type ToyData = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Replaces a toy database, as an application would: a reader sees the old one or the new one. */
export async function writeToyData(path: string, data: ToyData): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(data), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** SOURCE_NOT_FOUND when there is no such file, SOURCE_INVALID when it holds something else. */
export async function readToyData(path: string): Promise<ToyData> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (isMissing(cause)) throw new DbsaveError("SOURCE_NOT_FOUND", `toy: no database: ${path}`, { cause });
    throw toDbsaveError(cause, "SOURCE_INVALID", `toy: cannot read: ${path}`);
  }
  return parseToyTables(text, path);
}

/** SOURCE_INVALID unless `text` is a JSON object of objects of strings. */
export function parseToyTables(text: string, what: string): ToyData {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DbsaveError("SOURCE_INVALID", `toy: not JSON: ${what}`, { cause });
  }
  if (!isToyData(value)) throw new DbsaveError("SOURCE_INVALID", `toy: not a toy database: ${what}`);
  return value;
}

export function toyFingerprint(data: ToyData): Fingerprint {
  const items = Object.entries(data)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, rows]) => {
      const sorted = Object.entries(rows).toSorted(([a], [b]) => (a < b ? -1 : 1));
      const hash = createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
      return { kind: "table", name, count: sorted.length, hash };
    });
  return { algorithm: "toy-rows-1", items };
}

export function exploreToy(data: ToyData, isExact: boolean): readonly ExploredItem[] {
  return Object.entries(data).map(([name, rows]) => {
    return { kind: "table", path: [name], rows: { count: Object.keys(rows).length, isExact }, details: {} };
  });
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

const isToyData = (value: unknown): value is ToyData =>
  isRecord(value) &&
  Object.values(value).every((rows) => isRecord(rows) && Object.values(rows).every((cell) => typeof cell === "string"));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
