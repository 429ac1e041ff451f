import { text } from "node:stream/consumers";
import { type ArtifactSource, abortStream, DbsaveError, type Manifest } from "@dbsave/core";
import { databasesName } from "./artifacts.ts";
import type { DatabaseSettings } from "./catalog/database-settings.ts";

/** What a manifest says of a backup of this engine. */
export interface BackupContents {
  readonly databases: readonly string[];
  /** Whether it is of one database, named by the target alone. */
  readonly isPlain: boolean;
  readonly serverMajor: number;
  readonly clientMajor: number;
  readonly bootstrapRole: string;
}

/** SOURCE_INVALID for a backup of something else. */
export function contentsOf({ id, details }: Manifest): BackupContents {
  const { databases, names, serverVersion, clientVersion, bootstrapRole } = details;
  const list: unknown = typeof databases === "string" ? JSON.parse(databases) : undefined;
  if (!Array.isArray(list) || !list.every((name) => typeof name === "string"))
    throw new DbsaveError("SOURCE_INVALID", `postgres: not a backup of this engine: ${id}`);
  return {
    databases: list,
    isPlain: names === "plain",
    serverMajor: Number.parseInt(String(serverVersion), 10),
    clientMajor: Number.parseInt(String(clientVersion), 10),
    bootstrapRole: String(bootstrapRole),
  };
}

/** A small artifact, whole. */
export async function readText(source: ArtifactSource, name: string, signal: AbortSignal): Promise<string> {
  return await text(abortStream(await source.open(name), signal, `postgres: reading ${name}`));
}

/** How each database was made, by name. SOURCE_INVALID when the artifact is not what this engine wrote. */
export async function readDatabaseSettings(
  source: ArtifactSource,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DatabaseSettings>> {
  const body = await readText(source, databasesName, signal);
  let list: unknown;
  try {
    list = JSON.parse(body);
  } catch (cause) {
    throw new DbsaveError("SOURCE_INVALID", `postgres: ${databasesName} is not JSON`, { cause });
  }
  const { databases } = contentsOf(source.manifest);
  const settings = new Map((Array.isArray(list) ? list : []).map((one: DatabaseSettings) => [one.name, one] as const));
  const missing = databases.find((name) => !settings.has(name));
  if (missing !== undefined)
    throw new DbsaveError("SOURCE_INVALID", `postgres: ${databasesName} does not describe ${missing}`);
  return settings;
}
