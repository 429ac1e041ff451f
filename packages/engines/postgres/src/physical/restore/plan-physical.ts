import {
  type ArtifactSource,
  DbsaveError,
  type Finding,
  formatBytes,
  type Recovery,
  type RestorePlan,
  type RestoreRequest,
  type RunContext,
} from "@dbsave/core";
import { heldSegment } from "../../wal/wal-file.ts";
import { type PhysicalContents, physicalContentsOf } from "../contents.ts";
import { linksOf } from "../incremental/links.ts";
import { describeTarget } from "../recovery/target.ts";
import { findObstacles, placeAt, type RestorePlaces, restorePlaces } from "./places.ts";
import { findShortage } from "./shortage.ts";
import { estimateRestore, type RestoreSizes, restoreSizes } from "./sizes.ts";
import { findLeftovers } from "./staging.ts";
import { findUnarchived } from "./unarchived.ts";

/** A restore that has been looked at. */
export interface PlannedRestore {
  readonly contents: PhysicalContents;
  readonly places: RestorePlaces;
  readonly sizes: RestoreSizes;
  /** What prevents it. */
  readonly findings: readonly Finding[];
}

/**
 * Looks at the places and at the space there. Changes nothing. OPTIONS_INVALID for places that are none, UNSUPPORTED for a recovery from another
 * backup.
 */
export async function lookAt(
  { into, force, recovery, tablespaces }: RestoreRequest,
  source: ArtifactSource,
  signal: AbortSignal,
): Promise<PlannedRestore> {
  const { manifest } = source;
  if (recovery !== undefined && recovery.route.backup.id !== manifest.id)
    throw new DbsaveError(
      "UNSUPPORTED",
      `postgres: the recovery begins with ${recovery.route.backup.id}, not with ${manifest.id}`,
    );
  if (into === undefined)
    throw new DbsaveError(
      "OPTIONS_INVALID",
      "postgres: a physical backup is restored into a directory, and none is named",
      { hint: "Name the new data directory: --into /var/lib/postgresql/restored" },
    );
  const contents = physicalContentsOf(manifest);
  const places = restorePlaces(into, contents, tablespaces);
  const sizes = await restoreSizes(source, recovery, signal);
  const findings = [...(await findObstacles(places, force)), ...(await findShortage(places, sizes))];
  return { contents, places, sizes, findings };
}

/** What a restore into a directory would do. As `lookAt`. */
export async function planPhysicalRestore(
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestorePlan> {
  const { recovery } = request;
  const { places, sizes, findings } = await lookAt(request, source, ctx.signal);
  const { directory, tablespaces } = places;
  const isTaken = (await placeAt(directory)) === "taken";
  const links = linksOf(source).map(({ manifest }) => manifest.id);
  const steps = [
    ...[...tablespaces.values()].map((path) => `write the files of a tablespace into ${path}`),
    `write the data directory of ${links.join(", then upon it ")} ${isTaken ? "beside" : "into"} ${directory}`,
    "compare every file with the server's own manifest",
    ...(recovery === undefined ? [] : [walStep(recovery, sizes)]),
    ...(isTaken
      ? [`rename ${directory} to ${directory}_before_restore_<time>, and the new directory to ${directory}`]
      : []),
    `at its first start the server recovers ${reachOf(recovery)} and begins a new timeline`,
  ];
  const told = [...(await findLeftovers(directory)), ...(await findUnarchived(directory)), ...lost(recovery)];
  const estimate = estimateRestore(source, recovery, sizes);
  return { target: directory, steps, findings: [...findings, ...told], estimate };
}

function walStep({ route }: Recovery, { wal }: RestoreSizes): string {
  const segments = route.files.filter(({ name }) => heldSegment(name) !== null).map(({ name }) => name);
  const [first = ""] = segments;
  if (segments.length === 0) return "take no archived WAL: the backup holds what it needs";
  const names = segments.length === 1 ? first : `${segments.length} segments, ${first} to ${segments.at(-1)},`;
  return `put ${names} of archived WAL (${formatBytes(wal)}) into pg_wal`;
}

function reachOf(recovery: Recovery | undefined): string {
  if (recovery === undefined) return "the WAL of the backup";
  const { to, timeline } = recovery.route;
  return `to ${describeTarget(to)} on timeline ${timeline}`;
}

/** Whoever wants all there is must know what is not reachable any more. */
function lost(recovery: Recovery | undefined): readonly Finding[] {
  if (recovery?.route.to.kind !== "latest" || recovery.route.window.gap === null) return [];
  const object = recovery.route.window.gap;
  const message = "it is missing in the archive: what was committed after it cannot be recovered";
  return [{ severity: "warning", code: "RECOVERY_UNREACHABLE", object, message }];
}
