import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { DbsaveError, type EngineEvent, type ServerRunner, type ToolRunner } from "@dbsave/core";
import type { EngineCandidate, EnginePromise, EngineSubject } from "./engine-subject.ts";

/** Runs one promise on a fresh subject. Resolves with the reason when it cannot be checked there. */
export async function tryEnginePromise(
  promise: EnginePromise,
  candidate: EngineCandidate,
): Promise<string | undefined> {
  const reason = candidate.cannot?.[promise.name];
  if (reason !== undefined) return reason;
  await using subject = await candidate.create();
  if (promise.needs !== undefined && !has(subject, promise.needs)) return `without ${promise.needs}`;
  const scratchDir = await mkdtemp(join(tmpdir(), "dbsave-trial-"));
  const events: EngineEvent[] = [];
  const ctx = {
    signal: new AbortController().signal,
    tools: subject.tools ?? noTools,
    servers: subject.servers ?? noServers,
    scratchDir,
    now: (): Date => new Date(),
    report: (event: EngineEvent): void => void events.push(event),
  };
  try {
    await promise.run({ subject, ctx, events, patienceMs: candidate.patienceMs ?? 2000 });
  } finally {
    await rm(scratchDir, { recursive: true });
  }
  return undefined;
}

function has(subject: EngineSubject, what: NonNullable<EnginePromise["needs"]>): boolean {
  if (what === "scratch" || what === "explore") return subject.engine[what] !== undefined;
  if (what === "incremental")
    return Object.values(subject.engine.capabilities.methods).some((kinds) => kinds.includes("incremental"));
  return subject[what] !== undefined;
}

const noTools: ToolRunner = {
  run: (tool) => {
    const error = new DbsaveError("TOOL_MISSING", `${tool}: the subject has no \`tools\``);
    const done = Promise.reject(error);
    done.catch(() => undefined);
    return { stdout: new PassThrough().destroy(error), done };
  },
};

const noServers: ServerRunner = {
  start: async (_describe, { name }) => {
    throw new DbsaveError("TOOL_MISSING", `${name}: the subject has no \`servers\``);
  },
};
