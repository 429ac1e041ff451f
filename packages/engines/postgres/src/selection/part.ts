import { DbsaveError, didYouMean, type Fingerprint, type RestoreSelection } from "@dbsave/core";
import { parseDisplayName } from "../sql/quote.ts";

/** Schemas and tables of one database, by their exact names. */
export interface Part {
  readonly schemas: readonly string[];
  readonly tables: readonly (readonly [schema: string, name: string])[];
}

/**
 * The schemas and tables that a restore asks for, looked up in what the backup's fingerprint says of the database; null for
 * all of it. SOURCE_NOT_FOUND with the nearest name.
 */
export function selectedPart({ items }: Fingerprint, { schemas, tables }: RestoreSelection = {}): Part | null {
  if (schemas === undefined && tables === undefined) return null;
  const objects = items.filter(({ kind }) => kind === "schema").map(({ name }) => name);
  const sequences = items.filter(({ kind }) => kind === "sequence").map(({ name }) => name);
  const relations = [...withoutKind(objects, /^(?:foreign table|materialized view|table|view) /), ...sequences];
  const knownTables = new Map(relations.map((name) => [JSON.stringify(parseDisplayName(name)), name]));
  const knownSchemas = new Map(withoutKind(objects, /^schema /).map((name) => [parseDisplayName(name)[1], name]));
  return {
    schemas: (schemas ?? []).map((asked) => find("schema", asked, parseDisplayName(asked)[1], knownSchemas)),
    tables: (tables ?? []).map((asked) => {
      const key = find("table", asked, JSON.stringify(parseDisplayName(asked)), knownTables);
      return JSON.parse(key) as [string, string];
    }),
  };
}

/** What `name`, as it is shown, is the name of. */
function withoutKind(names: readonly string[], kind: RegExp): readonly string[] {
  return names.filter((name) => kind.test(name)).map((name) => name.replace(kind, ""));
}

function find(kind: string, asked: string, key: string, known: ReadonlyMap<string, string>): string {
  if (known.has(key)) return key;
  throw notInBackup(kind, asked, [...known.values()]);
}

const shownNames = 20;

/** SOURCE_NOT_FOUND for something that was asked for by name. `public.orders` is near to `orders`. */
export function notInBackup(kind: string, name: string, there: readonly string[]): DbsaveError {
  const meant = there.find((known) => known.endsWith(`.${name}`)) ?? didYouMean(name, there);
  const more = there.length > shownNames ? `, and ${there.length - shownNames} more` : "";
  const hint =
    meant === undefined ? `It holds ${there.slice(0, shownNames).join(", ")}${more}.` : `Did you mean ${meant}?`;
  return new DbsaveError("SOURCE_NOT_FOUND", `postgres: the backup holds no ${kind} ${name}`, { hint });
}
