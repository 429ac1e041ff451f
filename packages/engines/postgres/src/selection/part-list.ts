import { DbsaveError } from "@dbsave/core";
import { displayName } from "../sql/quote.ts";
import { type CompletePart, completePart } from "./complete-part.ts";
import type { Part } from "./part.ts";
import { listedIds, parseToc } from "./toc.ts";

/** What pg_restore lists of the dump with these arguments. */
export type ListDump = (args: readonly string[]) => Promise<string>;

/**
 * What of a dump must be restored for `part`. pg_restore itself finds what is asked for, by exact names. SOURCE_INVALID when
 * the dump does not hold it.
 */
export async function partOfDump({ schemas, tables }: Part, list: ListDump): Promise<CompletePart> {
  const toc = parseToc(await list(["--verbose"]));
  const asked = new Set<number>();
  if (schemas.length > 0) {
    for (const id of listedIds(await list(schemas.map((schema) => `--schema=${schema}`)))) asked.add(id);
  }
  for (const [schema, name] of tables) {
    const ids = listedIds(await list([`--schema=${schema}`, `--table=${name}`]));
    if (ids.length === 0)
      throw new DbsaveError("SOURCE_INVALID", `postgres: the dump does not hold ${displayName(schema, name)}`);
    for (const id of ids) asked.add(id);
  }
  for (const { id, kind, label } of toc) {
    if (kind === "" && schemas.some((schema) => label.startsWith(`SCHEMA - ${schema} `))) asked.add(id);
  }
  return completePart(toc, asked);
}
