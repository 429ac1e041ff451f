import { PassThrough, type Readable } from "node:stream";
import { type DbsaveError, type RunningTool, type ToolOptions, type ToolRunner, toDbsaveError } from "@dbsave/core";

/** A tool runner with one defect, to prove that the suite sees it. */
export interface BrokenToolRunner {
  /** What it does wrong. */
  readonly name: string;
  /** The promise that must fail. */
  readonly breaks: string;
  /** `good` is one that keeps all promises, on this machine. */
  readonly wrap: (good: ToolRunner) => ToolRunner;
}

type Run = ToolRunner["run"];

export function broken(breaks: string, name: string, defect: (run: Run) => Run): BrokenToolRunner {
  return { name, breaks, wrap: (good) => ({ run: defect((tool, args, options) => good.run(tool, args, options)) }) };
}

/** One that changes what it is asked to run. */
export function asking(
  breaks: string,
  name: string,
  change: (options: ToolOptions) => Partial<ToolOptions>,
): BrokenToolRunner {
  return broken(breaks, name, (run) => (tool, args, options) => run(tool, args, { ...options, ...change(options) }));
}

/** One that wraps every tool in a script that gets it as its arguments. */
export function scripted(breaks: string, name: string, script: string): BrokenToolRunner {
  return broken(
    breaks,
    name,
    (run) => (tool, args, options) => run("sh", ["-c", script, "sh", tool, ...args], options),
  );
}

/** One that changes the error that a tool ends with. */
export function blaming(
  breaks: string,
  name: string,
  change: (error: DbsaveError, args: readonly string[]) => DbsaveError,
): BrokenToolRunner {
  return broken(breaks, name, (run) => (tool, args, options) => {
    const { stdout, done } = run(tool, args, options);
    return relayed(stdout, done, (error) => change(error, args));
  });
}

/** The same tool with both ends failing with another error, or none. */
export function relayed(
  stdout: Readable,
  done: Promise<void>,
  change: (error: DbsaveError) => DbsaveError | undefined,
): RunningTool {
  const changed = done.catch((error: unknown) => {
    const other = change(toDbsaveError(error, "INTERNAL", "relayed"));
    if (other !== undefined) throw other;
  });
  const output = new PassThrough();
  output.on("error", () => {}).once("close", () => stdout.destroy());
  stdout.on("error", () => {
    changed.then(
      () => output.end(),
      (error: Error) => output.destroy(error),
    );
  });
  stdout.pipe(output);
  changed.catch(() => undefined);
  return { stdout: output, done: changed };
}
