import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent, RunContext } from "@dbsave/core";
import { hostServers, hostTools } from "@dbsave/exec";

export interface TestContext extends RunContext, AsyncDisposable {
  readonly events: readonly EngineEvent[];
}

export const tools: RunContext["tools"] = hostTools({ env: process.env });
export const servers: RunContext["servers"] = hostServers({ env: process.env });

/** A run's context with the real tools of this machine. */
export async function testContext(signal: AbortSignal = new AbortController().signal): Promise<TestContext> {
  const scratchDir = await mkdtemp(join(tmpdir(), "dbsave-test-"));
  const events: EngineEvent[] = [];
  return {
    signal,
    tools,
    servers,
    scratchDir,
    now: () => new Date(),
    report: (event) => void events.push(event),
    events,
    [Symbol.asyncDispose]: () => rm(scratchDir, { recursive: true }),
  };
}
