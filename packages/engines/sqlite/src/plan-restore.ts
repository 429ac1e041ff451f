import { access, constants } from "node:fs/promises";
import { basename } from "node:path";
import {
  DbsaveError,
  type Finding,
  formatBytes,
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
  const place = await examinePlace(asked);
  if ("severity" in place) return { target: asked, steps: [], findings: [place] };
  const { path, occupants } = place;
  const steps = [
    `write the database of ${manifest.id} into a temporary file beside ${path}, and check it`,
    ...(occupants.length > 0 ? [`move ${occupants.join(", ")} aside, to ${asideName(place, now)}`] : []),
    `give the new database its name, ${path}`,
  ];
  return { target: path, steps, findings: [...(await obstacles(place, request, manifest)), ...left(place)] };
}

/** What a restore fails with where it met `obstacle`. */
export function refusal({ code, message, object }: Finding): DbsaveError {
  return new DbsaveError(code, `sqlite: ${message}: ${object}`);
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
    ? "there is a database"
    : `there is no database, but what another one left: ${occupants.map((occupant) => basename(occupant)).join(", ")}`;
  return [{ severity: "error", code: "TARGET_NOT_EMPTY", object: path, message }];
}

async function denied({ directory }: RestorePlace): Promise<readonly Finding[]> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    const { code } = toDbsaveError(error, "PERMISSION_DENIED", directory);
    return [{ severity: "error", code, object: directory, message: "the directory is not writable" }];
  }
}

/** Text grows or shrinks on its way into a file, so only the size of a file is known beforehand. */
async function full({ directory }: RestorePlace, { artifacts }: Manifest): Promise<readonly Finding[]> {
  const freeBytes = await nodeFs.freeBytes(directory);
  const needed = artifacts.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
  if (freeBytes >= needed) return [];
  const message = `${formatBytes(needed)} are needed and ${formatBytes(freeBytes)} are free`;
  return [{ severity: "error", code: "NO_SPACE", object: directory, message }];
}

function left({ leftovers }: RestorePlace): readonly Finding[] {
  return leftovers.map((object) => ({
    severity: "info",
    code: "RESTORE_FAILED",
    object,
    message: "left by an earlier restore",
    fix: object.endsWith(".restoring") ? `rm ${object}` : "Delete it, with its -wal, when you no longer need it.",
  }));
}
