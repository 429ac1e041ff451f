import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import {
  type ArtifactSource,
  type BackupRequest,
  compareFingerprints,
  type Engine,
  type Fingerprint,
  isDbsaveError,
  type RestoreReport,
  type RestoreSelection,
  type RunContext,
} from "@dbsave/core";
import type { EngineSubject, EngineTrial } from "./engine-subject.ts";
import { type HeldBackup, hold } from "./held-backup.ts";
import { replay } from "./replay.ts";

/** A backup by each declared method that can stand alone. */
export async function holdEach({ subject: { engine }, ctx }: EngineTrial): Promise<readonly HeldBackup[]> {
  return await Array.fromAsync(fullRequests(engine), (request) => hold(engine, ctx, request));
}

/** A request for each declared method that can stand alone. */
export function fullRequests({ capabilities }: Engine): readonly BackupRequest[] {
  const methods = Object.entries(capabilities.methods);
  return methods.filter(([, kinds]) => kinds.includes("full")).map(([method]) => ({ method, kind: "full" }));
}

/** By an engine that knows nothing of the backup but what it is given. */
export async function restoreInto(
  { subject, ctx }: EngineTrial,
  source: ArtifactSource,
  force = false,
  changes: Partial<RunContext> = {},
): Promise<RestoreReport> {
  await using engine = subject.open(subject.source);
  return await engine.restore({ into: subject.into, force }, source, { ...ctx, ...changes });
}

/** The same with a part of the backup. */
export async function restorePart(
  { subject, ctx }: EngineTrial,
  source: ArtifactSource,
  select: RestoreSelection,
  force = false,
): Promise<RestoreReport> {
  await using engine = subject.open(subject.source);
  return await engine.restore({ into: subject.into, force, select }, source, ctx);
}

export async function fingerprintOf({ subject, ctx }: EngineTrial, place: string): Promise<Fingerprint> {
  await using engine = subject.open(place);
  return await engine.fingerprint(ctx);
}

export async function assertHolds(trial: EngineTrial, place: string, expected: Fingerprint): Promise<void> {
  assertSameContents(await fingerprintOf(trial, place), expected, place);
}

export function assertSameContents(actual: Fingerprint, expected: Fingerprint, what: string): void {
  const differences = compareFingerprints(expected, actual).map(({ object, message }) => `${object} ${message}`);
  assert.deepEqual(differences, [], `${what} holds something else`);
}

/** Fails unless `operation` rejects with a DbsaveError, of whatever code. */
export async function assertFails(operation: Promise<unknown>, what: string): Promise<void> {
  const [outcome] = await Promise.allSettled([operation]);
  assert.ok(outcome.status === "rejected", `${what}: succeeded`);
  assert.ok(isDbsaveError(outcome.reason), `${what}: failed without a code: ${String(outcome.reason)}`);
}

/** Runs `action`, and fails when it changed what is in or beside `source` and `into`. */
export async function changingNothing<T>(subject: EngineSubject, action: () => Promise<T>): Promise<T> {
  const before = await state(subject);
  const result = await action();
  assert.deepEqual(await state(subject), before, "something was changed or left behind");
  return result;
}

async function state(subject: EngineSubject): Promise<object> {
  const [source, into] = [await subject.snapshot(subject.source), await subject.snapshot(subject.into)];
  return { source, into, places: (await subject.places()).toSorted() };
}

/** Fails when a call left something in the scratch directory of its run. */
export async function assertTidy({ scratchDir }: RunContext): Promise<void> {
  assert.deepEqual(await readdir(scratchDir), [], "something was left in the scratch directory");
}

/** `into` holds what is older than the backup that is returned. */
export async function overFilledTarget(trial: EngineTrial): Promise<HeldBackup> {
  const { subject, ctx } = trial;
  await restoreInto(trial, replay(await hold(subject.engine, ctx)));
  await subject.mutate();
  return await hold(subject.engine, ctx);
}
