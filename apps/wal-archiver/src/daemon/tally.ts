import { rename, writeFile } from "node:fs/promises";
import { failureText } from "../failure.ts";
import type { DaemonStatus } from "./daemon-status.ts";

/** Keeps count of what is archived. */
export interface Tally {
  /** Does the work for one file and remembers how it went. */
  count<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Writes a `DaemonStatus` to `path`, whole or not at all. */
  write(path: string): Promise<void>;
}

/** A server asks again at least once a minute; what it no longer asks for is no failure any more. */
const failureLastsMs = 300_000;

/** `waiting` looks for what waits. */
export function openTally(target: string, waiting: () => Promise<DaemonStatus["waiting"]>): Tally {
  const startedAt = now();
  let archivedFiles = 0;
  let last: DaemonStatus["last"] = null;
  let failing: DaemonStatus["failing"] = null;
  let failedAt = 0;
  return {
    async count(name, work) {
      const start = performance.now();
      try {
        const result = await work();
        archivedFiles += 1;
        last = { name, at: now(), milliseconds: Math.round(performance.now() - start) };
        if (failing?.name === name) failing = null;
        return result;
      } catch (error) {
        const { code, text } = failureText(error);
        if (failing === null || failing.name === name)
          failing = { name, since: failing?.since ?? now(), code, message: text };
        failedAt = Date.now();
        throw error;
      }
    },
    async write(path) {
      if (Date.now() - failedAt > failureLastsMs) failing = null;
      const status: DaemonStatus = { target, startedAt, archivedFiles, last, failing, waiting: await waiting() };
      await writeFile(`${path}.new`, `${JSON.stringify(status)}\n`, { mode: 0o644 });
      await rename(`${path}.new`, path);
    },
  };
}

function now(): string {
  return new Date().toISOString();
}
