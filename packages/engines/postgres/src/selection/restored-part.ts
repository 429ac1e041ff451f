import type { Fingerprint } from "@dbsave/core";
import { schemaItems } from "../catalog/schema-items.ts";
import { sequenceItems } from "../catalog/sequence-items.ts";
import { contentTables } from "../rows/tables.ts";
import type { Session } from "../session.ts";
import { displayName, parseDisplayName } from "../sql/quote.ts";
import type { CompletePart } from "./complete-part.ts";
import type { Part } from "./part.ts";

/**
 * What of `whole`, the fingerprint of a database, must be in the one that `session` is in, where only a part was restored:
 * everything that is there, and everything that was asked for. Not the definitions of tables without all their foreign keys.
 */
export async function expectedOfPart(
  session: Session,
  whole: Fingerprint,
  asked: Part,
  { tablesWithoutThem }: CompletePart,
): Promise<Fingerprint> {
  const wanted = new Set(asked.tables.map(([schema, name]) => `table ${displayName(schema, name)}`));
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  for (const { kind, name } of await schemaItems(session)) wanted.add(`${kind} ${name}`);
  for (const { kind, name } of await sequenceItems(session, new Map())) wanted.add(`${kind} ${name}`);
  for await (const { name } of contentTables(session)) wanted.add(`table ${name}`);
  await session.query("COMMIT");
  wanted.delete("schema comments"); // one item for all of the database
  const isWithoutKeys = (name: string): boolean =>
    name.startsWith("table ") && tablesWithoutThem.some(({ label }) => label.startsWith(listed(name.slice(6))));
  const isAsked = (kind: string, name: string): boolean =>
    ["table", "sequence"].includes(kind) && asked.schemas.includes(parseDisplayName(name)[0]);
  const items = whole.items.filter(
    ({ kind, name }) =>
      (wanted.has(`${kind} ${name}`) || isAsked(kind, name)) && !(kind === "schema" && isWithoutKeys(name)),
  );
  return { ...whole, items };
}

/** As it begins in a table of contents. */
function listed(name: string): string {
  return `${parseDisplayName(name)
    .join(" ")
    .replaceAll(/[\r\n]/g, " ")} `;
}
