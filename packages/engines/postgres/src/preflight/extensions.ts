import type { Finding } from "@dbsave/core";
import type { DatabaseSettings } from "../catalog/database-settings.ts";
import type { Session } from "../session.ts";

interface Available {
  readonly name: string;
  readonly version: string;
}

/** TOOL_MISSING for each extension whose files the server does not have, a warning where it would install another version. */
export async function examineExtensions(
  session: Session,
  databases: readonly DatabaseSettings[],
): Promise<readonly Finding[]> {
  const rows = await session.query<Available>("SELECT name, default_version AS version FROM pg_available_extensions");
  const available = new Map(rows.map(({ name, version }) => [name, version]));
  const used = new Map(
    databases.flatMap(({ extensions }) => extensions).map((one) => [`${one.name} ${one.version}`, one]),
  );
  return [...used.values()].flatMap(({ name, version }): readonly Finding[] => {
    const there = available.get(name);
    if (there === version) return [];
    if (there !== undefined) {
      const message = `the backup has version ${version}, the server installs ${there}`;
      const fix = `If something depends on it, install the package of ${name} ${version} beside the server.`;
      return [{ severity: "warning", code: "RESTORE_FAILED", object: `extension ${name}`, message, fix }];
    }
    const message = `version ${version} is in the backup, and the server has none`;
    const fix = `Install the package of ${name} beside the server, in version ${version}.`;
    return [{ severity: "error", code: "TOOL_MISSING", object: `extension ${name}`, message, fix }];
  });
}
