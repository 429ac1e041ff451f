import { PassThrough, type Readable } from "node:stream";
import type { RunContext, ToolRunner } from "@dbsave/core";
import { DbsaveError, formatBytes } from "@dbsave/core";
import { discard, feedWhole } from "./feed-whole.ts";
import { toolText } from "./tool-text.ts";

/** A private (0700) directory where the tools run, which may be inside a container. Disposing removes it. */
export interface ToolDirectory extends AsyncDisposable {
  readonly path: string;
  /** Writes a file there and resolves with its path. `body` was read to its end, so that it is known to be whole. */
  write(name: string, body: Readable): Promise<string>;
  /** The same with a tar, whose entries are then below `path`. */
  unpack(body: Readable): Promise<void>;
  /** NO_SPACE when it certainly cannot hold so many bytes. */
  refuseWithout(bytes: number): Promise<void>;
}

/**
 * Makes the directory in $1, which is not there inside a container, and removes it when its input ends: also when this process
 * is killed.
 */
const keepDirectory = `
  [ -d "$1" ] || set -- "\${TMPDIR:-/tmp}"
  directory=$(mktemp -d "$1/dbsave-XXXXXXXX") || exit
  trap 'rm -rf -- "$directory"' EXIT
  trap exit HUP INT TERM
  echo "$directory"
  cat > /dev/null`;

export async function makeToolDirectory(tools: ToolRunner, ctx: RunContext): Promise<ToolDirectory> {
  const input = new PassThrough();
  const { signal } = new AbortController(); // it ends in order, also when the run is cancelled
  const keeper = tools.run("sh", ["-c", keepDirectory, "sh", ctx.scratchDir], { signal, input });
  const path = await Promise.race([firstLine(keeper.stdout), keeper.done.then(() => "")]);
  const run = { signal: ctx.signal };
  return {
    path,
    async write(name, body) {
      const file = `${path}/${name}`;
      await feedWhole(tools, ["dd", `of=${file}`, "bs=1048576"], run, body, discard);
      return file;
    },
    unpack: (body) => feedWhole(tools, ["tar", "-x", "-f", "-", "-C", path], run, body, discard),
    refuseWithout: (bytes) => refuseWithout(tools, path, bytes, ctx.signal),
    async [Symbol.asyncDispose]() {
      input.end();
      await keeper.done.catch((error: unknown) => {
        ctx.report({ type: "note", message: `plain data may be left in ${path}: ${String(error)}` });
      });
    },
  };
}

/** What follows is dropped. */
async function firstLine(stdout: Readable): Promise<string> {
  const line = Promise.withResolvers<string>();
  let text = "";
  stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    const end = text.indexOf("\n");
    if (end !== -1) line.resolve(text.slice(0, end));
  });
  stdout.on("error", line.reject);
  return await line.promise;
}

async function refuseWithout(tools: ToolRunner, path: string, bytes: number, signal: AbortSignal): Promise<void> {
  const lines = (await toolText(tools, "df", ["-Pk", path], { signal })).trim().split("\n");
  const available = Number(lines.at(-1)?.split(/\s+/)[3]) * 1024;
  if (!(available < bytes)) return;
  throw new DbsaveError(
    "NO_SPACE",
    `postgres: ${formatBytes(bytes)} are needed, ${formatBytes(available)} are free: ${path}`,
  );
}
