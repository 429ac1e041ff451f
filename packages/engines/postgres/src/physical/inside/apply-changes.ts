import { once } from "node:events";
import { PassThrough, type Writable } from "node:stream";
import { DbsaveError, sideBySide, type ToolRunner } from "@dbsave/core";
import { discard } from "../../tools/feed-whole.ts";
import type { ChangeEvent } from "../incremental/changed-files.ts";
import { blockBytes as tarBlockBytes } from "../tar/tar-header.ts";

export interface ChangedTree {
  readonly tools: ToolRunner;
  /** Where the files of the older backup are. */
  readonly directory: string;
  /** Size of the blocks of its files. */
  readonly blockBytes: number;
}

/**
 * Sets the length of the file at `$path`, or writes so many blocks that follow the line at so many from its beginning: with what every system
 * has, one program for each stretch of blocks.
 */
const script = String.raw`
cd "$1" && while read -r what path at count; do
  case $what in
    length) dd of="$path" bs="$2" seek="$at" count=0 </dev/null ;;
    blocks) dd of="$path" bs="$2" seek="$at" count="$count" iflag=fullblock conv=notrunc ;;
    *) false ;;
  esac || exit 1
done`;

/**
 * Applies an archive of an incremental backup to files that only tools can reach: its whole files through `tar`, its changed
 * blocks in place. TOOL_FAILED, and what `events` fail with.
 */
export async function applyChanges(
  events: AsyncIterable<ChangeEvent>,
  { tools, directory, blockBytes }: ChangedTree,
  signal: AbortSignal,
): Promise<void> {
  await sideBySide(signal, (both) => {
    const run = (tool: string, args: readonly string[], input: PassThrough): Promise<unknown>[] => {
      input.on("error", () => {}); // its program was stopped, whose own failure is thrown
      const { stdout, done } = tools.run(tool, args, { signal: both, input });
      return [discard(stdout), done];
    };
    const [whole, changed] = [new PassThrough(), new PassThrough()];
    return [
      pour(events, { whole, changed, blockBytes }, both),
      ...run("tar", ["-x", "-f", "-", "-C", directory], whole),
      ...run("sh", ["-c", script, "sh", directory, String(blockBytes)], changed),
    ];
  });
}

interface Programs {
  readonly whole: Writable;
  readonly changed: Writable;
  readonly blockBytes: number;
}

async function pour(
  events: AsyncIterable<ChangeEvent>,
  { whole, changed, blockBytes }: Programs,
  signal: AbortSignal,
): Promise<void> {
  const send = async (to: Writable, bytes: Buffer | string): Promise<void> => {
    if (!to.write(bytes)) await once(to, "drain", { signal });
  };
  let path: string | null = null;
  let fileBytes = 0;
  for await (const event of events) {
    if (event.kind === "entry") {
      path = null;
      fileBytes = event.entry.size;
      await send(whole, event.header);
    } else if (event.kind === "data") await send(whole, event.bytes);
    else if (event.kind === "patch") {
      path = plain(event.entry.path);
      await send(changed, `length ${path} ${event.keptBlocks}\nlength ${path} ${event.blocks}\n`);
    } else if (event.kind === "blocks") {
      await send(changed, `blocks ${path} ${event.first} ${event.bytes.length / blockBytes}\n`);
      await send(changed, event.bytes);
    } else if (path === null) await send(whole, padding(fileBytes));
  }
  whole.end(Buffer.alloc(2 * tarBlockBytes));
  changed.end();
}

function padding(fileBytes: number): Buffer {
  return Buffer.alloc((tarBlockBytes - (fileBytes % tarBlockBytes)) % tarBlockBytes);
}

/** A shell reads it from a line. */
function plain(path: string): string {
  if (/^[\w./-]+$/.test(path)) return path;
  throw new DbsaveError("SOURCE_INVALID", `postgres: not the name of a file of a relation: ${JSON.stringify(path)}`);
}
