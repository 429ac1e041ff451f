import { link, open, rename, rm, stat } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type {
  ArtifactSource,
  Finding,
  Fingerprint,
  Manifest,
  RestorePlan,
  RestoreReport,
  RestoreRequest,
  RestoreSelection,
  RunContext,
} from "@dbsave/core";
import { abortStream, DbsaveError, systemCode, toDbsaveError } from "@dbsave/core";
import { isMissing, parseToyTables, type ToyData } from "./toy-data.ts";

/** All tables, of an incremental backup those that did not change from its parent. */
export async function readToyBackup(source: ArtifactSource, signal: AbortSignal): Promise<ToyData> {
  const { manifest, parent } = source;
  const parts: ToyData[] = [];
  for (const { name } of manifest.artifacts) {
    const body = abortStream(await source.open(name), signal, `toy: reading ${name}`);
    parts.push(parseToyTables((await buffer(body)).toString(), name));
  }
  const own: ToyData = Object.fromEntries(parts.flatMap((tables) => Object.entries(tables)));
  if (manifest.kind === "full") return own;
  if (parent === undefined)
    throw new DbsaveError("SOURCE_INVALID", `toy: ${manifest.id}: ${manifest.parent} is missing`);
  const older = await readToyBackup(parent, signal);
  const tables = JSON.parse(String(manifest.details["tables"])) as readonly string[];
  return Object.fromEntries(tables.map((table) => [table, own[table] ?? older[table] ?? {}]));
}

/** What is wrong with the artifacts. A source that fails to give them is no finding: its error is thrown. */
export async function inspectToy(source: ArtifactSource, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    await readToyBackup(source, signal);
    return [];
  } catch (error) {
    const { code, message } = toDbsaveError(error, "SOURCE_INVALID", "toy: artifact is not readable");
    if (code !== "SOURCE_INVALID") throw error;
    return [{ severity: "error", code, object: source.manifest.artifacts.map(({ name }) => name).join(), message }];
  }
}

export async function planToy(target: string, request: RestoreRequest, manifest: Manifest): Promise<RestorePlan> {
  const taken = await exists(target);
  selectedOf(manifest, request.select);
  const steps = [...(taken ? [`move ${target} aside`] : []), `write ${target}`];
  const message = "target exists";
  const findings: Finding[] =
    taken && !mayReplace(request) ? [{ severity: "error", code: "TARGET_NOT_EMPTY", object: target, message }] : [];
  return { target, steps, findings };
}

export async function restoreToy(
  target: string,
  request: RestoreRequest,
  source: ArtifactSource,
  ctx: RunContext,
): Promise<RestoreReport> {
  const force = mayReplace(request);
  const restored = selectedOf(source.manifest, request.select);
  if (!force && (await exists(target))) throw taken(target);
  const partial = `${target}.${process.pid}.partial`;
  try {
    const tables = Object.entries(await readToyBackup(source, ctx.signal));
    const data = Object.fromEntries(tables.filter(([name]) => request.select?.tables?.includes(name) ?? true));
    {
      await using file = await open(partial, "wx", 0o600);
      await file.writeFile(JSON.stringify(data), { signal: ctx.signal });
      await file.sync();
    }
    const report = { target, details: {}, ...(restored && { restored: [{ expected: restored }] }) };
    if (!force) {
      if (!(await linkNew(partial, target))) throw taken(target);
      return { ...report, movedAside: [] };
    }
    const movedAside = await keepAside(target, ctx.now());
    await rename(partial, target);
    return { ...report, movedAside };
  } catch (error) {
    throw toDbsaveError(error, "RESTORE_FAILED", `toy: restore failed: ${target}`, ctx.signal);
  } finally {
    await rm(partial, { force: true });
  }
}

/** A part never replaces the whole. */
function mayReplace({ force, select }: RestoreRequest): boolean {
  return force && select === undefined;
}

/** The fingerprint of the tables that were asked for; undefined for all of them. SOURCE_NOT_FOUND. */
function selectedOf({ id, fingerprint }: Manifest, select: RestoreSelection = {}): Fingerprint | undefined {
  const { tables } = select;
  if (tables === undefined || fingerprint === null) return undefined;
  const there = new Set(fingerprint.items.map(({ name }) => name));
  const missing = tables.find((name) => !there.has(name));
  if (missing !== undefined) throw new DbsaveError("SOURCE_NOT_FOUND", `toy: ${id} holds no table ${missing}`);
  return { ...fingerprint, items: fingerprint.items.filter(({ name }) => tables.includes(name)) };
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
