import { open, rename, rm, stat } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { ArtifactSource, Finding, RestorePlan, RestoreReport, RestoreRequest, RunContext } from "@dbsave/core";
import { DbsaveError, toDbsaveError } from "@dbsave/core";
import { isMissing, parseToyTables, type ToyData } from "./toy-data.ts";

async function readBackup(source: ArtifactSource): Promise<ToyData> {
  const parts = await Promise.all(
    source.manifest.artifacts.map(async ({ name }) => parseToyTables(await text(await source.open(name)), name)),
  );
  return Object.fromEntries(parts.flatMap((tables) => Object.entries(tables)));
}

export async function inspectToy(source: ArtifactSource): Promise<readonly Finding[]> {
  try {
    await readBackup(source);
    return [];
  } catch (error) {
    const { code, message } = toDbsaveError(error, "SOURCE_INVALID", "toy: artifact is not readable");
    return [{ severity: "error", code, object: source.manifest.artifacts.map(({ name }) => name).join(), message }];
  }
}

export async function planToy(target: string, request: RestoreRequest): Promise<RestorePlan> {
  const taken = await exists(target);
  const steps = [...(taken ? [`move ${target} aside`] : []), `write ${target}`];
  const message = `toy: target exists: ${target}`;
  const findings: Finding[] =
    taken && !request.force ? [{ severity: "error", code: "TARGET_NOT_EMPTY", object: target, message }] : [];
  return { target, steps, findings };
}

export async function restoreToy(
  target: string,
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestoreReport> {
  const taken = await exists(target);
  if (taken && !request.force) throw new DbsaveError("TARGET_NOT_EMPTY", `toy: target exists: ${target}`);
  const partial = `${target}.${process.pid}.partial`;
  try {
    const data = await readBackup(source);
    await using file = await open(partial, "wx", 0o600);
    await file.writeFile(JSON.stringify(data), { signal: ctx.signal });
    await file.sync();
  } catch (error) {
    await rm(partial, { force: true });
    throw toDbsaveError(error, "RESTORE_FAILED", `toy: restore failed: ${target}`, ctx.signal);
  }
  const aside = `${target}.before-restore-${ctx.now().toISOString().replaceAll(/[-:.]/g, "")}`;
  if (taken) await rename(target, aside);
  await rename(partial, target);
  return { target, movedAside: taken ? [aside] : [], details: {} };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw toDbsaveError(error, "RESTORE_FAILED", `toy: cannot look at: ${path}`);
  }
}
