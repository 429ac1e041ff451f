import { setTimeout } from "node:timers/promises";
import { isDbsaveError } from "@dbsave/core";
import type { FoundWal, StoredWal } from "@dbsave/postgres";
import type { Prefetched } from "./prefetched.ts";

export interface FetchOptions {
  readonly stored: StoredWal;
  /** Null: nothing is fetched before it is asked for. */
  readonly prefetched: Prefetched | null;
  /** How many of the next segments are fetched along. */
  readonly ahead: number;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

const pausesMs = [300, 1_500];

/** Puts `name` at `path`, whole or not at all; false only when it is proven absent. What may pass is tried again. */
export async function fetchWal(name: string, path: string, options: FetchOptions): Promise<boolean> {
  for (const pause of pausesMs) {
    try {
      return await attempt(name, path, options);
    } catch (error) {
      if (!isDbsaveError(error) || !error.facts.retryable || options.signal.aborted) throw error;
      await setTimeout(pause, undefined, { signal: options.signal });
    }
  }
  return await attempt(name, path, options);
}

/** A segment that is not there yet comes with the next ones, side by side; then those cost only their copying. */
async function attempt(name: string, path: string, options: FetchOptions): Promise<boolean> {
  const { stored, prefetched, signal } = options;
  const found = await stored.find(name);
  if (found === null) return false;
  if (await prefetched?.take(found.file, path)) return true;
  await Promise.all([stored.write(found.file, path, signal), fetchAhead(found, options)]);
  return true;
}

/** Its failures are told and no more: who asks for such a segment meets them again. */
async function fetchAhead(
  { later }: FoundWal,
  { stored, prefetched, ahead, signal, tell }: FetchOptions,
): Promise<void> {
  if (prefetched === null) return;
  try {
    const next = later.slice(0, ahead);
    await prefetched.keepOnly(next);
    const missing = await prefetched.missing(next);
    await Promise.all(missing.map((file) => stored.write(file, prefetched.pathOf(file), signal)));
  } catch (error) {
    tell(`not fetched ahead: ${error instanceof Error ? error.message : String(error)}`);
  }
}
