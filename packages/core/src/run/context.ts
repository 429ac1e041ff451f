import { tmpdir } from "node:os";
import type { Phase } from "../contracts/events.ts";
import type { EngineEvent, ReportProgress, RunContext } from "../contracts/run-context.ts";
import type { ServerRunner } from "../contracts/server-runner.ts";
import type { ToolRunner } from "../contracts/tool-runner.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { throwIfAborted } from "../streams/abort.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { refusedTool } from "./refused-tool.ts";
import { makeScratch } from "./scratch.ts";

/** What a caller may give to any operation; everything has a working default. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly tools?: ToolRunner;
  readonly servers?: ServerRunner;
  /** Where private scratch directories are made; the system's temporary directory when absent. */
  readonly scratchRoot?: string;
  readonly now?: () => Date;
  /** What it throws is ignored. */
  readonly report?: ReportProgress;
}

/** Run options with the defaults filled in. */
export interface Run {
  readonly signal: AbortSignal;
  readonly tools: ToolRunner;
  readonly servers: ServerRunner;
  readonly scratchRoot: string;
  readonly now: () => Date;
  readonly report: ReportProgress;
}

export function runWith(options: RunOptions): Run {
  return {
    signal: options.signal ?? new AbortController().signal,
    tools: options.tools ?? noTools,
    servers: options.servers ?? noServers,
    scratchRoot: options.scratchRoot ?? tmpdir(),
    now: options.now ?? ((): Date => new Date()),
    report: unfailing(options.report),
  };
}

/** A listener that throws would throw inside a stream, and end the process: what it cannot show is its own loss. */
function unfailing(report: ReportProgress = (): void => undefined): ReportProgress {
  return (event) => {
    try {
      report(event);
    } catch {}
  };
}

/** Calls `work` with an engine's context, or fails with ABORTED; its private scratch directory is gone when the result is there, also on failure. */
export async function withContext<T>(
  run: Run,
  target: string,
  phase: Phase,
  work: (ctx: RunContext) => Promise<T>,
): Promise<T> {
  throwIfAborted(run.signal, `${phase} of ${target}`);
  await using scratch = await makeScratch(run.scratchRoot);
  return await work({
    signal: run.signal,
    tools: run.tools,
    servers: run.servers,
    scratchDir: scratch.path,
    now: run.now,
    report: progressReporter(run, target, phase),
  });
}

function progressReporter(run: Run, target: string, phase: Phase): (event: EngineEvent) => void {
  const meter = new ProgressMeter(run, target, phase);
  return (event) => {
    if (event.type === "progress") meter.update(event.item, event.doneBytes, event.totalBytes);
    else run.report({ type: "note", at: run.now(), target, phase, message: event.message });
  };
}

const noTools: ToolRunner = {
  run(tool, _args, { input }) {
    const hint = "Pass `tools: hostTools()` of @dbsave/exec.";
    return refusedTool(new DbsaveError("TOOL_MISSING", `${tool}: no tool runner was given`, { hint }), input);
  },
};

const noServers: ServerRunner = {
  start: async (_describe, { name }) => {
    throw new DbsaveError("TOOL_MISSING", `${name}: no server runner was given`, {
      hint: "Pass `servers: hostServers()` or `containerServers()` of @dbsave/exec.",
    });
  },
};
