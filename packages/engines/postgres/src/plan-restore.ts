import type { ArtifactSource, Manifest, RestorePlan, RestoreRequest, RunContext } from "@dbsave/core";
import { contentsOf } from "./backup-contents.ts";
import { destinations, targetOf } from "./destinations.ts";
import { type ParsedOptions, parseOptions } from "./options.ts";
import type { Part } from "./selection/part.ts";
import { selectedDatabases } from "./selection/selected-databases.ts";
import { displayName } from "./sql/quote.ts";
import { isUrl } from "./url.ts";

/** The place is the name of a database on the same server, or a URL of another one, which tools beside this one need not reach. */
export function optionsAt(options: ParsedOptions, place: string): ParsedOptions {
  const { jobs, lockWaitTimeoutMs, globals, profile } = options;
  if (!isUrl(place)) return { ...options, database: place, databases: null };
  const elsewhere = parseOptions({ url: place, jobs, lockWaitTimeoutMs, globals }, profile);
  return { ...elsewhere, binDirectory: options.binDirectory };
}

/** A request whose place is a URL, as a request to the server that it names. */
export function resolvePlace(
  options: ParsedOptions,
  request: RestoreRequest,
  manifest: Manifest,
): readonly [ParsedOptions, RestoreRequest] {
  const { into, ...rest } = request;
  if (into === undefined || !isUrl(into)) return [options, request];
  const elsewhere = optionsAt(options, into);
  const isOne = selectedDatabases(contentsOf(manifest), request.select).length === 1;
  return [elsewhere, isOne ? { ...rest, into: elsewhere.database } : rest];
}

/** Looks at the catalog of the server, and at the small artifacts of the backup. */
export async function planRestore(
  options: ParsedOptions,
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestorePlan> {
  const { list, findings } = await destinations(options, request, source, ctx);
  const steps = list.flatMap(({ database, into, place, part }) => [
    `restore ${describePart(part)}${database} of ${source.manifest.id} into a new database beside ${into}, and ANALYZE it`,
    ...(place === "taken" ? [`rename ${into} to ${into}_before_restore_<time>`] : []),
    ...(place === "empty" ? [`drop ${into}, which is empty`] : []),
    `give the new database its name, ${into}`,
  ]);
  const roles = options.globals === "skip" ? [] : [globalsSteps[options.globals]];
  return { target: targetOf(list), steps: [...roles, ...steps], findings };
}

function describePart(part: Part | null): string {
  if (part === null) return "";
  const tables = part.tables.map(([schema, name]) => displayName(schema, name));
  return `${[...part.schemas, ...tables].join(", ")}, with all that is needed, out of `;
}

const globalsSteps = {
  missing: "create the roles that are missing; those that exist stay as they are",
  overwrite: "make the roles what they were",
};
