import { access, constants } from "node:fs/promises";
import {
  type Finding,
  type Manifest,
  nodeFs,
  type RestorePlan,
  type RestoreRequest,
  toDbsaveError,
} from "@dbsave/core";
import { asideName, examinePlace, type RestorePlace } from "./file/restore-place.ts";

/** What `restore` would do and what stands in its way; looks at names, sizes and permissions only. */
export async function planRestore(
  asked: string,
  request: RestoreRequest,
  manifest: Manifest,
  now: Date,
): Promise<RestorePlan> {
  let place: RestorePlace;
  try {
    place = await examinePlace(asked);
  } catch (error) {
    const { code, message } = toDbsaveError(error, "RESTORE_FAILED", `sqlite: cannot look at: ${asked}`);
    return { target: asked, steps: [], findings: [{ severity: "error", code, object: asked, message }] };
  }
  const { path, occupants } = place;
  const steps = [
    `write the database of ${manifest.id} into a temporary file beside ${path}, and check it`,
    ...(occupants.length > 0 ? [`move ${occupants.join(", ")} aside, to ${asideName(place, now)}`] : []),
    `give the new database its name, ${path}`,
  ];
  return { target: path, steps, findings: [...(await obstacles(place, request, manifest)), ...left(place)] };
}

/** What prevents a restore: TARGET_NOT_EMPTY, PERMISSION_DENIED, NO_SPACE. */
export async function obstacles(
  place: RestorePlace,
  request: RestoreRequest,
  manifest: Manifest,
): Promise<readonly Finding[]> {
  return [...occupied(place, request), ...(await denied(place)), ...(await full(place, manifest))];
}

function occupied({ path, occupants, hasDatabase }: RestorePlace, { force }: RestoreRequest): readonly Finding[] {
  if (occupants.length === 0 || force) return [];
  const message = hasDatabase
    ? `sqlite: there is a database: ${path}`
    : `sqlite: there is no database, but what another one left: ${occupants.join(", ")}`;
  return [{ severity: "error", code: "TARGET_NOT_EMPTY", object: path, message }];
}

async function denied({ directory }: RestorePlace): Promise<readonly Finding[]> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    const { code, message } = toDbsaveError(error, "PERMISSION_DENIED", "sqlite: the directory is not writable");
    return [{ severity: "error", code, object: directory, message }];
  }
}

/** Text grows or shrinks on its way into a file, so only the size of a file is known beforehand. */
async function full({ directory }: RestorePlace, { artifacts }: Manifest): Promise<readonly Finding[]> {
  const freeBytes = await nodeFs.freeBytes(directory);
  const needed = artifacts.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
  if (freeBytes >= needed) return [];
  const message = `sqlite: ${needed} bytes are needed and ${freeBytes} are free: ${directory}`;
  return [{ severity: "error", code: "NO_SPACE", object: directory, message }];
}

function left({ leftovers }: RestorePlace): readonly Finding[] {
  return leftovers.map((object) => ({
    severity: "info",
    code: "RESTORE_FAILED",
    object,
    message: `left by an earlier restore: ${object}`,
    fix: object.endsWith(".restoring") ? `rm ${object}` : "Delete it, with its -wal, when you no longer need it.",
  }));
}
