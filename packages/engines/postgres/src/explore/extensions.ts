import type { ExploredItem } from "@dbsave/core";
import type { Session } from "../session.ts";

export async function extensionItems(session: Session): Promise<readonly ExploredItem[]> {
  const rows = await session.query<{ name: string; version: string }>(
    `SELECT extname AS name, extversion AS version FROM pg_extension ORDER BY extname COLLATE "C"`,
  );
  return rows.map(({ name, version }) => ({ kind: "extension", path: [session.database, name], details: { version } }));
}
