import {
  DbsaveError,
  type Finding,
  type Fingerprint,
  type Manifest,
  type RestorePlan,
  type RestoreRequest,
  type RunContext,
} from "@dbsave/core";
import { type BackupContents, contentsOf } from "./backup-contents.ts";
import { busyDatabase } from "./databases/busy.ts";
import { withMaintenance } from "./databases/choose.ts";
import { examinePlace, type Place } from "./databases/place.ts";
import { type ParsedOptions, parseOptions } from "./options.ts";
import { expectedIn } from "./selection/expected.ts";
import { type Part, selectedPart } from "./selection/part.ts";
import { selectedDatabases } from "./selection/selected-databases.ts";
import { readServer } from "./server.ts";
import { displayName } from "./sql/quote.ts";
import { isUrl } from "./url.ts";

/** Where one database of a backup goes. */
export interface Destination {
  readonly database: string;
  readonly into: string;
  readonly place: Place;
  /** Null for all of the database. */
  readonly part: Part | null;
  /** What the backup's fingerprint says of the whole database. */
  readonly whole: Fingerprint;
}

export interface Destinations {
  readonly list: readonly Destination[];
  readonly findings: readonly Finding[];
}

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

/** Looks at the catalog of the server only. */
export async function planRestore(
  options: ParsedOptions,
  request: RestoreRequest,
  manifest: Manifest,
  ctx: RunContext,
): Promise<RestorePlan> {
  const { list, findings } = await destinations(options, request, manifest, ctx);
  const steps = list.flatMap(({ database, into, place, part }) => [
    `restore ${describePart(part)}${database} of ${manifest.id} into a new database beside ${into}, and ANALYZE it`,
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
  return `${[...part.schemas, ...tables].join(", ")}, with what they need, out of `;
}

const globalsSteps = {
  missing: "create the roles that are missing; those that exist stay as they are",
  overwrite: "make the roles what they were",
};

export function targetOf(list: readonly Destination[]): string {
  return list.map(({ into }) => into).join(", ");
}

/** Where everything goes, and what prevents it: TARGET_NOT_EMPTY without force, UNSUPPORTED for a server that is too old. */
export async function destinations(
  options: ParsedOptions,
  request: RestoreRequest,
  manifest: Manifest,
  ctx: RunContext,
): Promise<Destinations> {
  const contents = contentsOf(manifest);
  const names = placesFor(options, request, contents);
  return await withMaintenance(options, [...names.values()], ctx.signal, async (session) => {
    const findings: Finding[] = [...((await options.profile.examineServer?.(session, manifest)) ?? [])];
    const { major, version } = await readServer(session);
    if (major < contents.serverMajor) {
      const message = `the backup is of PostgreSQL ${contents.serverMajor}, the server is ${version}: it must not be older`;
      findings.push({ severity: "error", code: "UNSUPPORTED", object: options.host, message });
    }
    const list: Destination[] = [];
    for (const [database, into] of names) {
      const busy = await busyDatabase(session, into);
      const place = await examinePlace(options, session, into, ctx.signal);
      const whole = expectedIn(manifest, database);
      const part = selectedPart(whole, request.select);
      list.push({ database, into, place, part, whole });
      if (place === "taken" && (part !== null || !request.force)) findings.push(notEmpty(into));
      else if (busy !== undefined) findings.push(busy);
    }
    return { list, findings };
  });
}

function notEmpty(object: string): Finding {
  return { severity: "error", code: "TARGET_NOT_EMPTY", object, message: "the database is not empty" };
}

/** A part goes into a database of its own, which must be named. */
function refuseUnclear(databases: readonly string[], into: string | undefined): void {
  if (databases.length !== 1) {
    throw new DbsaveError("OPTIONS_INVALID", "postgres: schemas and tables are of one database, which is not named", {
      hint: `Select one of ${databases.join(", ")}.`,
    });
  }
  if (into !== undefined) return;
  throw new DbsaveError("OPTIONS_INVALID", "postgres: schemas and tables need a new database, which is not named", {
    hint: "Name the place: a database that does not exist yet.",
  });
}

function placesFor(
  options: ParsedOptions,
  { into, select }: RestoreRequest,
  contents: BackupContents,
): ReadonlyMap<string, string> {
  const { isPlain } = contents;
  const databases = selectedDatabases(contents, select);
  const [only] = databases;
  if ((select?.schemas ?? select?.tables) !== undefined) refuseUnclear(databases, into);
  if (into !== undefined && Buffer.byteLength(into) > 63)
    throw new DbsaveError("OPTIONS_INVALID", "postgres: the name of a database has at most 63 bytes");
  if (databases.length === 1 && only !== undefined)
    return new Map([[only, into ?? (isPlain ? options.database : only)]]);
  if (into === undefined) return new Map(databases.map((database) => [database, database]));
  throw new DbsaveError(
    "OPTIONS_INVALID",
    `postgres: ${databases.length} databases are to be restored, ${into} is one name`,
    {
      hint: "Select one of them, or leave the place out: each database is restored under its own name.",
    },
  );
}
