import {
  type ArtifactSource,
  DbsaveError,
  type Finding,
  type Fingerprint,
  type RestoreRequest,
  type RunContext,
} from "@dbsave/core";
import { type BackupContents, contentsOf } from "./backup-contents.ts";
import { busyDatabase } from "./databases/busy.ts";
import { withMaintenance } from "./databases/choose.ts";
import { examinePlace, type Place } from "./databases/place.ts";
import type { ParsedOptions } from "./options.ts";
import { examineServer } from "./preflight/examine-server.ts";
import { expectedIn } from "./selection/expected.ts";
import { type Part, selectedPart } from "./selection/part.ts";
import { selectedDatabases } from "./selection/selected-databases.ts";
import type { Session } from "./session.ts";

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
  /** Sessions of pg_restore. */
  readonly jobs: number;
  readonly findings: readonly Finding[];
}

export function targetOf(list: readonly Destination[]): string {
  return list.map(({ into }) => into).join(", ");
}

/** Where everything goes, and what prevents it; the backup is not read where the place already does. */
export async function destinations(
  options: ParsedOptions,
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<Destinations> {
  const { manifest } = source;
  const contents = contentsOf(manifest);
  const jobs = jobsOf(request);
  const names = placesFor(options, request, contents);
  return await withMaintenance(options, [...names.values()], ctx.signal, async (session) => {
    const findings: Finding[] = [];
    const list: Destination[] = [];
    for (const [database, into] of names) {
      const whole = expectedIn(manifest, database);
      const part = selectedPart(whole, request.select);
      const examined = await examineInto(options, session, into, request, ctx.signal);
      list.push({ database, into, place: examined.place, part, whole });
      if (part !== null) findings.push(...(options.profile.examinePart?.(whole) ?? []));
      findings.push(...examined.findings);
    }
    if (findings.length > 0) return { list, jobs, findings };
    const wanted = { databases: [...names.keys()], jobs };
    return { list, jobs, findings: await examineServer(options, session, source, wanted, ctx) };
  });
}

/** What is at a name, and what keeps a database from getting it. `session` is in another database. */
export async function examineInto(
  options: ParsedOptions,
  session: Session,
  into: string,
  request: Pick<RestoreRequest, "force" | "select">,
  signal: AbortSignal,
): Promise<{ readonly place: Place; readonly findings: readonly Finding[] }> {
  const busy = await busyDatabase(session, into);
  const place = await examinePlace(options, session, into, signal);
  if (place === "taken" && (isOfOne(request) || !request.force))
    return { place, findings: [notEmpty(into, isOfOne(request))] };
  return { place, findings: busy === undefined ? [] : [busy] };
}

/** Whether schemas or tables are asked for, which are of one database. */
function isOfOne({ select }: Pick<RestoreRequest, "select">): boolean {
  return (select?.schemas ?? select?.tables) !== undefined;
}

function notEmpty(object: string, isPart: boolean): Finding {
  const fix = isPart
    ? "Name a database that does not exist yet."
    : "Restore under another name, or use --force: what is there is renamed, never deleted.";
  return { severity: "error", code: "TARGET_NOT_EMPTY", object, message: "the database is not empty", fix };
}

const mostJobs = 64;

function jobsOf({ jobs = 1 }: RestoreRequest): number {
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= mostJobs) return jobs;
  throw new DbsaveError("OPTIONS_INVALID", `postgres: jobs: it must be a whole number from 1 to ${mostJobs}`);
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

/** Where each database of a backup goes, by its name. OPTIONS_INVALID when that is not clear. */
export function placesFor(
  options: ParsedOptions,
  { into, select }: Pick<RestoreRequest, "into" | "select">,
  contents: Pick<BackupContents, "databases" | "isPlain">,
): ReadonlyMap<string, string> {
  const { isPlain } = contents;
  const databases = selectedDatabases(contents, select);
  const [only] = databases;
  if (isOfOne({ ...(select && { select }) })) refuseUnclear(databases, into);
  if (into?.startsWith("/"))
    throw new DbsaveError("OPTIONS_INVALID", `postgres: it is restored into a database, and ${into} is a path`, {
      hint: "Name a database. A data directory is made of a whole physical backup: --method physical.",
    });
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
