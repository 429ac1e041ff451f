import { link, open, rename, rm, stat } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { ArtifactSource, Finding, RestorePlan, RestoreReport, RestoreRequest, RunContext } from "@dbsave/core";
import { abortStream, DbsaveError, systemCode, toDbsaveError } from "@dbsave/core";
import { isMissing, parseToyTables, type ToyData } from "./toy-data.ts";

async function readBackup(source: ArtifactSource, signal: AbortSignal): Promise<ToyData> {
  const parts: ToyData[] = [];
  for (const { name } of source.manifest.artifacts) {
    const body = abortStream(await source.open(name), signal, `toy: reading ${name}`);
    parts.push(parseToyTables((await buffer(body)).toString(), name));
  }
  return Object.fromEntries(parts.flatMap((tables) => Object.entries(tables)));
}

/** What is wrong with the artifacts. A source that fails to give them is no finding: its error is thrown. */
export async function inspectToy(source: ArtifactSource, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    await readBackup(source, signal);
    return [];
  } catch (error) {
    const { code, message } = toDbsaveError(error, "SOURCE_INVALID", "toy: artifact is not readable");
    if (code !== "SOURCE_INVALID") throw error;
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
  if (!request.force && (await exists(target))) throw taken(target);
  const partial = `${target}.${process.pid}.partial`;
  try {
    const data = await readBackup(source, ctx.signal);
    {
      await using file = await open(partial, "wx", 0o600);
      await file.writeFile(JSON.stringify(data), { signal: ctx.signal });
      await file.sync();
    }
    if (!request.force) {
      if (!(await linkNew(partial, target))) throw taken(target);
      return { target, movedAside: [], details: {} };
    }
    const movedAside = await keepAside(target, ctx.now());
    await rename(partial, target);
    return { target, movedAside, details: {} };
  } catch (error) {
    throw toDbsaveError(error, "RESTORE_FAILED", `toy: restore failed: ${target}`, ctx.signal);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Gives what is at `target` another name as well, one that is free, so that replacing `target` loses nothing. */
async function keepAside(target: string, now: Date): Promise<readonly string[]> {
  if (!(await exists(target))) return [];
  const first = `${target}.before-restore-${now.toISOString().replaceAll(/[-:.]/g, "")}`;
  for (let count = 1; ; count += 1) {
    const aside = count === 1 ? first : `${first}-${count}`;
    if (await linkNew(target, aside)) return [aside];
  }
}

/** False when `name` is taken. */
async function linkNew(path: string, name: string): Promise<boolean> {
  try {
    await link(path, name);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

const taken = (target: string): DbsaveError => new DbsaveError("TARGET_NOT_EMPTY", `toy: target exists: ${target}`);

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw toDbsaveError(error, "RESTORE_FAILED", `toy: cannot look at: ${path}`);
  }
}
