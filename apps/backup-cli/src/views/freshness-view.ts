import { type Freshness, freshnessOf, readCatalog } from "@dbsave/core";
import type { Paint } from "../output/paint.ts";
import { formatAge } from "../output/quantities.ts";
import { type Column, renderTable } from "../output/table.ts";
import type { Shelf } from "../places/shelf.ts";
import type { Session } from "../session/session.ts";

/** How a target stands against the age that is asked for. */
export interface Standing extends Freshness {
  /** The only one that counts here; null: all. */
  readonly method: string | null;
  /** `stale`: no recent good backup. `unproven`: a recent one, but none that recent was restored and compared. */
  readonly verdict: "ok" | "unproven" | "stale";
}

export interface Expectation {
  readonly maxAgeMs: number;
  /** Only this one. */
  readonly method: string | undefined;
}

/** One for each target, and for each method of those with several, which do not stand in for each other. */
export async function standingsOf(
  shelves: readonly Shelf[],
  { maxAgeMs, method: only }: Expectation,
  session: Session,
): Promise<readonly Standing[]> {
  const standings = shelves.map(async ({ repository, target, methods }): Promise<readonly Standing[]> => {
    const catalog = await readCatalog(repository, target, session.signal);
    const found = catalog.entries.map(({ manifest }) => manifest.method);
    const expected = methods.length > 1 ? methods : only === undefined ? [null] : [...methods, ...found];
    return [...new Set(expected)]
      .filter((method) => only === undefined || method === only)
      .map((method) => {
        const entries = catalog.entries.filter(({ manifest }) => (method ?? manifest.method) === manifest.method);
        const freshness = freshnessOf({ ...catalog, entries }, session.run.now());
        return { ...freshness, method, verdict: verdictOf(freshness, maxAgeMs) };
      });
  });
  return (await Promise.all(standings)).flat();
}

function verdictOf({ newestAgeMs, provenAgeMs }: Freshness, maxAgeMs: number): Standing["verdict"] {
  if (newestAgeMs === null || newestAgeMs > maxAgeMs) return "stale";
  return provenAgeMs === null || provenAgeMs > maxAgeMs ? "unproven" : "ok";
}

export function standingJson(standing: Standing): Readonly<Record<string, unknown>> {
  const { newest, newestProven, ...figures } = standing;
  return { ...figures, newest: newest?.manifest.id ?? null, newestProven: newestProven?.manifest.id ?? null };
}

export function standingTable(standings: readonly Standing[], paint: Paint): string {
  const colours = { ok: "green", unproven: "yellow", stale: "red" } as const;
  const columns: readonly Column<Standing>[] = [
    { title: "TARGET", cell: ({ target }) => target },
    { title: "METHOD", cell: ({ method }) => method ?? undefined },
    { title: "STATUS", cell: ({ verdict }) => paint(colours[verdict], verdict) },
    { title: "NEWEST", cell: ({ newest }) => newest?.manifest.id ?? "never" },
    { title: "AGE", align: "right", cell: ({ newestAgeMs }) => ageCell(newestAgeMs) },
    { title: "PROVEN", cell: ({ provenAgeMs }) => (provenAgeMs === null ? "never" : `${formatAge(provenAgeMs)} ago`) },
    { title: "BACKUPS", align: "right", cell: ({ backups }) => String(backups) },
    { title: "DAMAGED", align: "right", cell: ({ damaged }) => alarmCell(damaged, paint) },
    { title: "SUSPECT", align: "right", cell: ({ suspect }) => alarmCell(suspect, paint) },
  ];
  return renderTable(standings, columns, paint);
}

/** Nothing where all is well, so that the column is left out. */
function alarmCell(count: number, paint: Paint): string | undefined {
  return count === 0 ? undefined : paint("red", String(count));
}

function ageCell(ageMs: number | null): string | undefined {
  return ageMs === null ? undefined : formatAge(ageMs);
}
