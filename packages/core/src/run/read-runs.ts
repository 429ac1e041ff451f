import type { Storage } from "../contracts/storage.ts";
import { readDocument } from "../documents/document-store.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { keys } from "../repository/layout.ts";

/** One recorded run: its id and its lines, as `RunJournal` wrote them, oldest first. */
export interface RunRecord {
  readonly id: string;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** The newest `limit` runs, newest first. MANIFEST_INVALID when a record is not what a run writes. */
export async function readRuns(storage: Storage, limit: number, signal: AbortSignal): Promise<readonly RunRecord[]> {
  const ids: string[] = [];
  for await (const { key } of storage.list(keys.runs, signal)) {
    if (key.endsWith(".jsonl")) ids.push(key.slice(keys.runs.length, -".jsonl".length));
  }
  const records: RunRecord[] = [];
  for (const id of ids.toReversed().slice(0, limit)) {
    const text = await readDocument(storage, keys.run(id), signal);
    records.push({
      id,
      lines: text
        .trimEnd()
        .split("\n")
        .map((line) => parseLine(line, id)),
    });
  }
  return records;
}

function parseLine(line: string, id: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (cause) {
    throw new DbsaveError("MANIFEST_INVALID", `${keys.run(id)}: a line is not JSON`, { cause });
  }
}
