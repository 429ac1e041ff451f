import { DbsaveError, type ToolOptions, type ToolRunner, toDbsaveError } from "@dbsave/core";

export interface CaptureOptions extends ToolOptions {
  /**
   * More output than this fails.
   * @default 65536
   */
  readonly maxBytes?: number;
}

/**
 * The whole output of a tool as text. Fails as the tool does, and with TOOL_FAILED when it prints more than `maxBytes` or
 * something that is not UTF-8. Errors never quote the output.
 */
export async function captureText(
  tools: ToolRunner,
  tool: string,
  args: readonly string[],
  options: CaptureOptions,
): Promise<string> {
  const { maxBytes = 65_536, ...toolOptions } = options;
  const running = tools.run(tool, args, toolOptions);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of running.stdout as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new DbsaveError("TOOL_FAILED", `${tool}: it printed more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  await running.done;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw toDbsaveError(cause, "TOOL_FAILED", `${tool}: its output is not text`);
  }
}
