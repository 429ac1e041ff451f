import type { Manifest } from "@dbsave/core";

/** Names of the artifacts of a backup. */
export const globalsName = "globals.sql";
export const databasesName = "databases.json";

/** Of a dump in pg_dump's custom format. */
export function dumpName(database: string): string {
  return `${directoryName(database)}.dump`;
}

/** Of a dump in pg_dump's directory format: a tar of `directoryName`. */
export function tarName(database: string): string {
  return `${directoryName(database)}.tar`;
}

/** Safe in every file system, at most 195 bytes, and told apart from every other database's. */
export function directoryName(database: string): string {
  const safe = database.replaceAll(/[^\p{L}\p{N}_. -]/gu, (character) => `%${character.codePointAt(0)?.toString(16)}`);
  return safe.replace(/^\./, "%2e");
}

/** The artifact that holds the dump of a database. */
export interface DumpArtifact {
  readonly name: string;
  /** Of the directory that the tar holds; undefined for a dump in the custom format. */
  readonly directory: string | undefined;
}

export function dumpArtifact({ artifacts }: Manifest, database: string): DumpArtifact {
  const isDirectory = artifacts.some(({ name }) => name === tarName(database));
  return isDirectory
    ? { name: tarName(database), directory: directoryName(database) }
    : { name: dumpName(database), directory: undefined };
}
