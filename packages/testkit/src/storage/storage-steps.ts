import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import {
  type ErrorCode,
  type GetOptions,
  isDbsaveError,
  type ObjectInfo,
  type PutOptions,
  type Storage,
} from "@dbsave/core";

/** Never fires. */
export const idle: AbortSignal = new AbortController().signal;

export async function put(
  storage: Storage,
  key: string,
  content: string | Buffer | Readable,
  options: Partial<PutOptions> = {},
): Promise<ObjectInfo> {
  const body = content instanceof Readable ? content : Readable.from([Buffer.from(content)]);
  return await storage.put(key, body, { signal: idle, ifExists: "fail", ...options });
}

export async function read(storage: Storage, key: string, range: Omit<GetOptions, "signal"> = {}): Promise<Buffer> {
  return await buffer(await storage.get(key, { ...range, signal: idle }));
}

export async function list(storage: Storage, prefix = "", signal: AbortSignal = idle): Promise<ObjectInfo[]> {
  return await Array.fromAsync(storage.list(prefix, signal));
}

export async function keysOf(storage: Storage, prefix = ""): Promise<string[]> {
  return (await list(storage, prefix)).map(({ key }) => key);
}

/** The error with which `operation` rejects, which must be a DbsaveError of this code. */
export async function refused(operation: Promise<unknown>, code: ErrorCode): Promise<Error> {
  const [outcome] = await Promise.allSettled([operation]);
  assert.ok(outcome.status === "rejected", `succeeded instead of failing with ${code}`);
  const error: unknown = outcome.reason;
  assert.ok(isDbsaveError(error, code), `failed with "${String(error)}" instead of ${code}`);
  return error;
}

export async function assertAbsent(storage: Storage, key: string): Promise<void> {
  await refused(storage.stat(key, idle), "OBJECT_NOT_FOUND");
  await refused(read(storage, key), "OBJECT_NOT_FOUND");
  assert.ok(!(await keysOf(storage)).includes(key), `${key} is listed`);
}

export async function assertBytes(storage: Storage, key: string, expected: string | Buffer, what = key): Promise<void> {
  assertSame(await read(storage, key), Buffer.from(expected), what);
}

export function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Without printing megabytes. */
export function assertSame(actual: Buffer, expected: Buffer, what: string): void {
  assert.ok(
    actual.equals(expected),
    `${what}: ${actual.length} bytes came back that are not the ${expected.length} stored`,
  );
}

/** Waits for all of them, also when one fails, and then throws the first failure. */
export async function allOf(operations: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(operations)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}

/** Fails instead of hanging. */
export async function inTime<T>(patienceMs: number, what: string, operation: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = wait(patienceMs, undefined, { signal: timer.signal }).then(() =>
    assert.fail(`${what} did not end within ${patienceMs} ms`),
  );
  late.catch(() => undefined);
  try {
    return await Promise.race([operation, late]);
  } finally {
    timer.abort();
  }
}

export interface StalledBody {
  readonly body: Readable;
  /** Resolves when the first bytes were taken and more are asked for. */
  readonly stalled: Promise<void>;
  readonly finish: (rest?: Buffer) => void;
}

/** A body that gives `first` and then nothing until it is told to finish, to look at a put in its middle. */
export function stalledBody(first: Buffer): StalledBody {
  const asked = Promise.withResolvers<void>();
  let isGiven = false;
  const body = new Readable({
    highWaterMark: 1,
    read() {
      if (isGiven) asked.resolve();
      else this.push(first);
      isGiven = true;
    },
  });
  return {
    body,
    stalled: asked.promise,
    finish: (rest) => {
      if (rest !== undefined) body.push(rest);
      body.push(null);
    },
  };
}

/** Gives `chunks`, then fails with `error`; without one it is cut, as by a lost connection. */
export function failingBody(chunks: readonly Buffer[], error?: Error): Readable {
  const left = [...chunks];
  return new Readable({
    highWaterMark: 1,
    read() {
      const chunk = left.shift();
      if (chunk === undefined) this.destroy(error);
      else this.push(chunk);
    },
  });
}
