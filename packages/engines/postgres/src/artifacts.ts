/** Names of the artifacts of a backup. */
export const globalsName = "globals.sql";
export const databasesName = "databases.json";
const dumpExtension = ".dump";

/** Safe in every file system, at most 200 bytes, and told apart from every other database's. */
export function dumpName(database: string): string {
  const safe = database.replaceAll(/[^\p{L}\p{N}_. -]/gu, (character) => `%${character.codePointAt(0)?.toString(16)}`);
  return `${safe.replace(/^\./, "%2e")}${dumpExtension}`;
}
