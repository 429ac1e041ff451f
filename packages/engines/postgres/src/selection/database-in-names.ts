import { DbsaveError, type RestoreSelection } from "@dbsave/core";

/**
 * The same selection where tables may be named with their database, `app.public.orders`: it is then the selected one.
 * OPTIONS_INVALID when they are of several, because a part is of one.
 */
export function databaseOfNames(select: RestoreSelection): RestoreSelection {
  const { databases, tables } = select;
  if (databases !== undefined || tables === undefined) return select;
  const split = tables.map((table) => inDatabase.exec(table));
  const named = new Set(split.map((parts) => unquoted(parts?.[1])));
  const [database] = named;
  if (named.size > 1)
    throw new DbsaveError("OPTIONS_INVALID", `postgres: tables of several databases: ${tables.join(", ")}`, {
      hint: "Restore those of one database at a time.",
    });
  if (database === undefined) return select;
  return { ...select, databases: [database], tables: split.map((parts, index) => parts?.[2] ?? tables[index] ?? "") };
}

const word = '(?:"(?:[^"]|"")*"|[^".]+)';
const inDatabase = new RegExp(String.raw`^(${word})\.(${word}\.${word})$`, "s");

function unquoted(text: string | undefined): string | undefined {
  return text?.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}
