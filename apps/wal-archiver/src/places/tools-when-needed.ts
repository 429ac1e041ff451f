import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ToolRunner } from "@dbsave/core";

/** This machine's programs, which only `cmd:` references need: loading what starts them takes longer than archiving a segment. */
export function toolsWhenNeeded(env: Readonly<Record<string, string | undefined>>): ToolRunner {
  return {
    run(tool, args, options) {
      const stdout = new PassThrough();
      const run = async (): Promise<void> => {
        const { hostTools } = await import("@dbsave/exec");
        const running = hostTools({ env }).run(tool, args, options);
        await Promise.all([pipeline(running.stdout, stdout), running.done]);
      };
      const done = run();
      done.catch((error: Error) => stdout.destroy(error));
      return { stdout, done };
    },
  };
}
