import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent, RunContext } from "@dbsave/core";
import { hostServers, hostTools } from "@dbsave/exec";

export interface TestRunContext extends RunContext, AsyncDisposable {
  readonly events: readonly EngineEvent[];
}

export const tools: RunContext["tools"] = hostTools({ env: process.env });
export const servers: RunContext["servers"] = hostServers({ env: process.env });

/** A run's context, with the real tools of this machine unless others are given. */
export async function testContext(
  given: Partial<Pick<RunContext, "signal" | "tools" | "servers">> = {},
): Promise<TestRunContext> {
  const scratchDir = await mkdtemp(join(tmpdir(), "dbsave-test-"));
  const events: EngineEvent[] = [];
  return {
    signal: new AbortController().signal,
    tools,
    servers,
    ...given,
    scratchDir,
    now: () => new Date(),
    report: (event) => void events.push(event),
    events,
    [Symbol.asyncDispose]: () => rm(scratchDir, { recursive: true }),
  };
}
