import { text } from "node:stream/consumers";
import type { ToolOptions, ToolRunner } from "@dbsave/core";

/** The whole output of a tool that prints little. */
export async function toolText(
  tools: ToolRunner,
  tool: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<string> {
  const running = tools.run(tool, args, options);
  const [output] = await Promise.all([text(running.stdout), running.done]);
  return output;
}
