import { DbsaveError, type Manifest, type RestorePlan, type RestoreRequest } from "@dbsave/core";
import { physicalContentsOf } from "../contents.ts";
import { findObstacles, placeAt, restorePlaces } from "./places.ts";

/** The data directory that a request names. OPTIONS_INVALID when it names none. */
export function directoryIn({ into }: RestoreRequest): string {
  if (into !== undefined) return into;
  throw new DbsaveError(
    "OPTIONS_INVALID",
    "postgres: a physical backup is restored into a directory, and none is named",
    {
      hint: "Name the new data directory: --into /var/lib/postgresql/restored",
    },
  );
}

/** Looks at the places. Changes nothing. */
export async function planPhysicalRestore(request: RestoreRequest, manifest: Manifest): Promise<RestorePlan> {
  const contents = physicalContentsOf(manifest);
  const places = restorePlaces(directoryIn(request), contents);
  const { directory, tablespaces } = places;
  const isTaken = (await placeAt(directory)) === "taken";
  const steps = [
    ...[...tablespaces.values()].map((path) => `write the files of a tablespace into ${path}`),
    `write the data directory of ${manifest.id} ${isTaken ? "beside" : "into"} ${directory}`,
    "compare every file with the server's own manifest",
    ...(isTaken
      ? [`rename ${directory} to ${directory}_before_restore_<time>, and the new directory to ${directory}`]
      : []),
    "at its first start the server recovers the WAL of the backup and begins a new timeline",
  ];
  return { target: directory, steps, findings: await findObstacles(places, request.force) };
}
