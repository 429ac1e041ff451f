import { PassThrough, type Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { abortStream, sideBySide, type ToolOptions, type ToolRunner } from "@dbsave/core";

/**
 * Runs a tool on `body` and resolves with what it printed, through `take`. `body` is read to its end even when the tool has had
 * enough before, because only there its checksum is known; when it fails, the tool is stopped and its error thrown.
 */
export async function feedWhole<T>(
  tools: ToolRunner,
  [tool, ...args]: readonly [string, ...string[]],
  options: Omit<ToolOptions, "input">,
  body: Readable,
  take: (stdout: Readable) => Promise<T>,
): Promise<T> {
  try {
    const [taken] = await sideBySide<[T, ...unknown[]]>(options.signal, (signal) => {
      const input = new PassThrough();
      const read = pour(abortStream(body, signal, "postgres: restore"), input);
      const running = tools.run(tool, args, { ...options, signal, input });
      return [take(running.stdout), read, running.done];
    });
    return taken;
  } finally {
    body.destroy();
  }
}

export async function discard(stdout: Readable): Promise<void> {
  await finished(stdout.resume());
}

async function pour(body: Readable, input: PassThrough): Promise<void> {
  input.on("error", () => {}); // the tool was stopped; its own failure is thrown
  try {
    for await (const chunk of body) {
      if (!input.destroyed && !input.write(chunk)) await drainedOrClosed(input);
    }
    input.end();
  } catch (error) {
    input.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

function drainedOrClosed(input: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      input.off("drain", done);
      input.off("close", done);
      resolve();
    };
    input.on("drain", done);
    input.on("close", done);
  });
}
