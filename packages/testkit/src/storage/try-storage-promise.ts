import type { StoragePromise, StorageSubject } from "./storage-subject.ts";

/** Runs one promise on a fresh storage. Resolves with the reason when it cannot be checked there. */
export async function tryStoragePromise(promise: StoragePromise, subject: StorageSubject): Promise<string | undefined> {
  const reason = subject.cannot?.[promise.name];
  if (reason !== undefined) return reason;
  await using instance = await subject.create();
  const { storage, openHandles } = instance;
  const { secrets, patienceMs = 10_000 } = subject;
  const has = {
    settle: storage.settle !== undefined,
    sweep: storage.sweep !== undefined,
    freeBytes: storage.freeBytes !== undefined,
    secrets: secrets !== undefined,
    openHandles: openHandles !== undefined,
  };
  if (promise.needs !== undefined && !has[promise.needs]) return `without ${promise.needs}`;
  await promise.run({ storage, secrets, openHandles, patienceMs });
  return undefined;
}
