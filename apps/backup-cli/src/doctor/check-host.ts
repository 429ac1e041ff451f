import { statfs } from "node:fs/promises";
import { formatBytes } from "@dbsave/core";
import type { Session } from "../session/session.ts";
import { type Check, ok } from "./check.ts";

/** When this version was made: no right clock can be before it. */
const earliest = new Date("2026-11-01T00:00:00Z");

export async function* checkHost({ run }: Session): AsyncGenerator<Check> {
  yield ok("node", `Node.js ${process.versions.node}`);
  const now = run.now();
  yield now < earliest
    ? {
        severity: "error",
        about: "clock",
        message: `it says ${now.toISOString()}`,
        fix: "Set the clock: retention and freshness depend on it.",
      }
    : ok("clock", now.toISOString());
  yield ok("scratch", `${run.scratchRoot}: ${formatBytes(await freeBytesOf(run.scratchRoot))} free`);
}

export async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
