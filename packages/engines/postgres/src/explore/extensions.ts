import type { ExploredItem } from "@dbsave/core";
import type { Session } from "../connect.ts";

export async function extensionItems({ database, query }: Session): Promise<readonly ExploredItem[]> {
  const rows = await query<{ name: string; version: string }>(
    `SELECT extname AS name, extversion AS version FROM pg_extension ORDER BY extname COLLATE "C"`,
  );
  return rows.map(({ name, version }) => ({ kind: "extension", path: [database, name], details: { version } }));
}
