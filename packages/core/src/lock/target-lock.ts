import { randomUUID } from "node:crypto";
import type { Storage } from "../contracts/storage.ts";
import { readDocument, writeDocument } from "../documents/document-store.ts";
import { DbsaveError, isDbsaveError } from "../errors/dbsave-error.ts";
import { keys } from "../repository/layout.ts";
import { isStale, type LockRecord, readLockRecord, writeLockRecord } from "./lock-record.ts";
import { processIdentity } from "./process-identity.ts";

const refreshMs = 60_000;
const releaseLimitMs = 3_000;

/**
 * The right to write into one target. Losing it is noticed at the latest by `assertHeld`. Disposing releases it and never
 * fails: what was done under the lock is done. A lock that cannot be removed counts as held until this process ends.
 */
export interface TargetLock extends AsyncDisposable {
  /** LOCK_LOST when another run has taken over. Called right before every commit point. */
  assertHeld(signal: AbortSignal): Promise<void>;
}

export interface LockOptions {
  readonly run: string;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Takes the target's lock, or fails with LOCKED naming the holder. A lock whose process is provably dead, or that was not
 * refreshed for 15 minutes, is taken over: the takeover is a new generation, created without replacing, so only one wins.
 * The lock saves work; what protects the data is the commit protocol.
 */
export async function lockTarget(storage: Storage, target: string, options: LockOptions): Promise<TargetLock> {
  const { signal } = options;
  const newest = await newestGeneration(storage, target, signal);
  if (newest > 0) await refuseLiveHolder(storage, target, newest, options);
  const generation = newest + 1;
  const record: LockRecord = {
    token: randomUUID(),
    run: options.run,
    holder: processIdentity(),
    refreshedAt: options.now(),
  };
  try {
    await writeDocument(storage, keys.lock(target, generation), writeLockRecord(record), "fail", signal);
  } catch (error) {
    if (!isDbsaveError(error, "OBJECT_EXISTS")) throw error;
    await refuseLiveHolder(storage, target, generation, options);
    throw locked(target, "another run");
  }
  // One that stays is older than ours, so it counts for nothing, and whoever comes next takes it away.
  if (newest > 0) await storage.delete(keys.lock(target, newest), signal).catch(() => undefined);
  return heldLock(storage, target, generation, record, options.now);
}

function heldLock(
  storage: Storage,
  target: string,
  generation: number,
  record: LockRecord,
  now: () => Date,
): TargetLock {
  const key = keys.lock(target, generation);
  const stop = new AbortController();

  const assertHeld = async (signal: AbortSignal): Promise<void> => {
    const newest = await newestGeneration(storage, target, signal);
    const current = newest === generation ? await readIfPresent(storage, key, signal) : undefined;
    if (current?.token !== record.token) {
      throw new DbsaveError("LOCK_LOST", `${target}: the lock was taken over by another run; nothing was committed`);
    }
  };
  const refresh = async (): Promise<void> => {
    await assertHeld(stop.signal);
    await writeDocument(storage, key, writeLockRecord({ ...record, refreshedAt: now() }), "replace", stop.signal);
  };
  // A refresh that fails is no event of its own: the lock grows old, and assertHeld tells before anything is committed.
  let refreshing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    refreshing = refreshing.then(refresh).catch(() => undefined);
  }, refreshMs).unref();
  const release = async (): Promise<void> => {
    const signal = AbortSignal.timeout(releaseLimitMs);
    const current = await readIfPresent(storage, key, signal);
    if (current?.token === record.token) await storage.delete(key, signal);
  };

  return {
    assertHeld,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      clearInterval(timer);
      stop.abort();
      await refreshing;
      await release().catch(() => undefined);
    },
  };
}

async function refuseLiveHolder(
  storage: Storage,
  target: string,
  generation: number,
  options: LockOptions,
): Promise<void> {
  const record = await readIfPresent(storage, keys.lock(target, generation), options.signal);
  if (record !== undefined && !isStale(record, options.now())) {
    const { host, pid } = record.holder;
    throw locked(target, `run ${record.run} (pid ${pid} on ${host}, last seen ${record.refreshedAt.toISOString()})`);
  }
}

function locked(target: string, holder: string): DbsaveError {
  return new DbsaveError("LOCKED", `${target}: in use by ${holder}`);
}

async function newestGeneration(storage: Storage, target: string, signal: AbortSignal): Promise<number> {
  let newest = 0;
  for await (const { key } of storage.list(keys.locks(target), signal)) {
    const generation = /\/(\d+)\.json$/.exec(key)?.[1];
    newest = Math.max(newest, Number(generation ?? 0));
  }
  return newest;
}

async function readIfPresent(storage: Storage, key: string, signal: AbortSignal): Promise<LockRecord | undefined> {
  try {
    return readLockRecord(await readDocument(storage, key, signal), key);
  } catch (error) {
    if (isDbsaveError(error, "OBJECT_NOT_FOUND")) return undefined;
    if (!isDbsaveError(error, "MANIFEST_INVALID")) throw error;
    throw new DbsaveError("LOCKED", `${key}: the lock cannot be read, so it counts as held`, {
      cause: error,
      hint: "When no dbsave works on this target, delete that file.",
    });
  }
}
