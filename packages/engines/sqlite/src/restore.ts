import { randomBytes } from "node:crypto";
import { chmod, chown, open, rm, stat } from "node:fs/promises";
import type { ArtifactSource, RestoreReport, RestoreRequest, RunContext } from "@dbsave/core";
import { DbsaveError, isDbsaveError, nodeFs, toDbsaveError } from "@dbsave/core";
import { holdersOf } from "./file/holders.ts";
import { asideName, companionSuffixes, examinePlace, type RestorePlace, temporaryName } from "./file/restore-place.ts";
import { swapIn } from "./file/swap-in.ts";
import { materialise } from "./materialise.ts";
import type { ParsedOptions } from "./options.ts";
import { obstacles, refusal } from "./plan-restore.ts";
import { runJob } from "./worker/run-job.ts";

/**
 * Writes the whole database into a temporary file beside the target, checks it, and only then touches what is there: the old
 * database, its `-wal`, `-shm` and `-journal` move aside under timestamped names, and the new file takes its name, owner
 * and mode. TARGET_NOT_EMPTY without `force`, also when only a `-wal` is there; TARGET_BUSY while another process is in
 * the old database. On any failure the old database is in its place; it stays aside, and the error says where, when somebody
 * has made a new one there meanwhile.
 */
export async function restore(
  options: ParsedOptions,
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestoreReport> {
  const place = await examinePlace(request.into ?? options.path);
  if ("severity" in place) throw refusal(place);
  const [obstacle] = await obstacles(place, request, source.manifest);
  if (obstacle !== undefined) throw refusal(obstacle);
  await refuseBusy(place, options.busyTimeoutMs, ctx.signal);
  const temporary = temporaryName(place, randomBytes(4).toString("hex"));
  try {
    const journalMode = await materialise(source, temporary, ctx.signal);
    await makeOwn(temporary, place);
    await refuseBusy(place, options.busyTimeoutMs, ctx.signal);
    const movedAside = await swapIn(nodeFs, temporary, place.path, asideName(place, ctx.now()));
    return { target: place.path, movedAside, details: { journalMode } };
  } catch (error) {
    for (const suffix of ["", ...companionSuffixes]) await rm(temporary + suffix, { force: true });
    if (isDbsaveError(error, "OBJECT_EXISTS"))
      throw new DbsaveError("TARGET_BUSY", `sqlite: somebody made a new database meanwhile: ${place.path}`, {
        cause: error,
      });
    throw toDbsaveError(error, "RESTORE_FAILED", `sqlite: restore failed: ${place.path}`, ctx.signal);
  }
}

/**
 * The claim also moves what is in the old `-wal` into the old database, which is therefore whole in one file. Outside WAL mode it
 * does not see who has the database open and does nothing: such a connection would go on with the old file, so it is looked for.
 */
async function refuseBusy(place: RestorePlace, busyTimeoutMs: number, signal: AbortSignal): Promise<void> {
  if (!place.hasDatabase) return;
  try {
    await runJob("claim", { path: place.path, busyTimeoutMs }, { signal });
  } catch (error) {
    if (!isDbsaveError(error, "SOURCE_BUSY")) throw error;
    throw new DbsaveError("TARGET_BUSY", `sqlite: another process uses the database: ${place.path}`, { cause: error });
  }
  const holders = await holdersOf(place.path);
  if (holders.length === 0) return;
  const message = `sqlite: another process has the database open: ${place.path}`;
  throw new DbsaveError("TARGET_BUSY", message, { hint: `Stop process ${holders.join(", ")} first.` });
}

/** Owner and mode of the old file, then everything on the disk. */
async function makeOwn(path: string, place: RestorePlace): Promise<void> {
  if (place.hasDatabase) {
    const { uid, gid, mode } = await stat(place.path);
    const mine = await stat(path);
    if (mine.uid !== uid || mine.gid !== gid) await chown(path, uid, gid);
    await chmod(path, mode & 0o777);
  }
  await using file = await open(path, "r+");
  await file.sync();
}
