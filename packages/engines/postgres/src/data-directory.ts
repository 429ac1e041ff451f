import type { Finding } from "@dbsave/core";
import type { ParsedOptions } from "./options.ts";
import type { Session } from "./session.ts";
import { identifier } from "./sql/quote.ts";

export interface DataDirectory {
  readonly details: { readonly dataDirectory?: string };
  readonly findings: readonly Finding[];
}

/** Where the server keeps its data, which decides whether they outlive its container. Not every role may know. */
export async function dataDirectory({ user, image }: ParsedOptions, session: Session): Promise<DataDirectory> {
  const [row] = await session.query<{ setting: string }>(
    "SELECT setting FROM pg_settings WHERE name = 'data_directory'",
  );
  if (row !== undefined) return { details: { dataDirectory: row.setting }, findings: [] };
  if (image === null) return { details: {}, findings: [] };
  const finding: Finding = {
    severity: "info",
    code: "PERMISSION_DENIED",
    object: user,
    message: `may not know where the data is, and so not whether it outlives the container`,
    fix: `GRANT pg_read_all_settings TO ${identifier(user)};`,
  };
  return { details: {}, findings: [finding] };
}
