import { type ExploredItem, formatBytes } from "@dbsave/core";
import type { Paint } from "../output/paint.ts";
import { counted, formatCount } from "../output/quantities.ts";
import { type Column, renderTable } from "../output/table.ts";

const shownAtFirst = 20;

/** What somebody wants to see of a database: its databases, then the tables of each that was looked into, the biggest first. */
export function explorationText(
  items: readonly ExploredItem[],
  { all }: { readonly all: boolean },
  paint: Paint,
): string {
  const databases = items.filter(({ kind }) => kind === "database").toSorted(byNeed);
  const others = items.filter(({ kind }) => kind !== "database");
  const groups = Map.groupBy(others, ({ path }) => (path.length > 1 ? (path[0] ?? "") : ""));
  const overview = databases.length > 1 ? [limited(databases, "DATABASE", all, paint)] : [];
  const contents = [...groups].map(([database, members]) => groupText(database, members, all, paint));
  return [...overview, ...contents].join("\n\n");
}

function groupText(database: string, members: readonly ExploredItem[], all: boolean, paint: Paint): string {
  const extensions = members.filter(({ kind }) => kind === "extension");
  const tables = members.filter(({ kind }) => kind !== "extension").toSorted(byNeed);
  const versions = extensions.map(({ path, details }) => `${path.at(-1)} ${details["version"]}`).join(", ");
  const heading = [paint("bold", onOneLine(database)), summary(tables), versions && `extensions: ${versions}`];
  const lines = tables.length === 0 ? [] : [limited(tables, "NAME", all, paint)];
  return [heading.filter((part) => part !== "").join("  "), ...lines].join("\n");
}

function summary(tables: readonly ExploredItem[]): string {
  if (tables.length === 0) return "nothing in it";
  const kinds = Map.groupBy(tables, ({ kind }) => kind);
  return [...kinds].map(([kind, members]) => counted(members.length, kind)).join(", ");
}

function limited(items: readonly ExploredItem[], title: string, all: boolean, paint: Paint): string {
  const shown = all ? items : items.slice(0, shownAtFirst);
  const rest = items.length - shown.length;
  const table = renderTable(shown, columns(title, shown), paint);
  return rest === 0 ? table : `${table}\n${paint("dim", `${formatCount(rest)} more, none of them bigger: --all`)}`;
}

function columns(title: string, items: readonly ExploredItem[]): readonly Column<ExploredItem>[] {
  const isMixed = new Set(items.map(({ kind }) => kind)).size > 1;
  return [
    { title, cell: nameOf },
    { title: "KIND", cell: ({ kind }) => (isMixed ? kind : undefined) },
    {
      title: "SIZE",
      align: "right",
      cell: ({ sizeBytes }) => (sizeBytes === undefined ? undefined : formatBytes(sizeBytes)),
    },
    {
      title: "ROWS",
      align: "right",
      cell: ({ rows }) => rows && `${rows.isExact ? "" : "~"}${formatCount(rows.count)}`,
    },
    { title: "MORE", cell: ({ details }) => Object.entries(details).map(detailText).join(", ") },
  ];
}

/** Without the database, which stands above. */
function nameOf({ path }: ExploredItem): string {
  return path
    .slice(path.length > 1 ? 1 : 0)
    .map(onOneLine)
    .join(".");
}

/** `20 chunks`, `50 % compressed`, `owner app`, `1.0 MiB index`, `unlogged`. */
function detailText([name, value]: readonly [string, string | number | boolean]): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (typeof value === "boolean") return value ? words : `not ${words}`;
  if (typeof value === "string") return `${words} ${onOneLine(value)}`;
  if (name.endsWith("Bytes")) return `${formatBytes(value)} ${words.replace(/ bytes$/, "")}`;
  if (name.endsWith("Share")) return `${Math.round(value * 100)} % ${words.replace(/ share$/, "")}`;
  return `${formatCount(value)} ${words}`;
}

/** A name may hold anything, and a row of a table is one line. */
function onOneLine(name: string): string {
  return name.replaceAll(/\p{Cc}/gu, (sign) => JSON.stringify(sign).slice(1, -1));
}

function byNeed(a: ExploredItem, b: ExploredItem): number {
  const bySize = (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0) || (b.rows?.count ?? 0) - (a.rows?.count ?? 0);
  return bySize || nameOf(a).localeCompare(nameOf(b), "en");
}
