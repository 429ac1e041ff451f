import { JobError } from "../worker/job-error.ts";

const lineFeed = 10;
const longestHead = 32;

/**
 * A statement as a line that says its length in a comment, then the statement: plain SQL for every tool, and for us a text
 * that splits without a parser, whatever semicolons its strings and triggers hold.
 */
export function frame(statement: string | readonly Buffer[]): readonly Buffer[] {
  const pieces = typeof statement === "string" ? [Buffer.from(statement)] : statement;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [Buffer.from(`-- ${length}\n`), ...pieces, Buffer.from("\n")];
}

/** The statements of framed text. SOURCE_INVALID when it is not framed, or when it ends inside a statement. */
export async function* unframe(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let pending: Buffer = Buffer.alloc(0);
  let wanted = 0;
  const parts: Buffer[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    held += chunk.byteLength;
    if (held < wanted) continue;
    pending = Buffer.concat(parts.splice(0));
    for (;;) {
      const next = firstStatement(pending);
      wanted = next.wanted;
      if (next.statement === undefined) break;
      yield next.statement;
      pending = pending.subarray(next.wanted);
    }
    parts.push(pending);
    held = pending.length;
  }
  if (held > 0) throw invalid("it ends inside a statement");
}

/** How many bytes the first statement takes, with it if they are all there. */
function firstStatement(bytes: Buffer): { readonly wanted: number; readonly statement?: string } {
  const headEnd = bytes.subarray(0, longestHead).indexOf(lineFeed);
  if (headEnd === -1) {
    if (bytes.length >= longestHead) throw invalid("a statement has no length");
    return { wanted: bytes.length + 1 };
  }
  const length = /^-- (\d+)$/.exec(bytes.toString("latin1", 0, headEnd))?.[1];
  if (length === undefined) throw invalid("a statement has no length");
  const start = headEnd + 1;
  const end = start + Number(length);
  if (bytes.length <= end) return { wanted: end + 1 };
  if (bytes[end] !== lineFeed) throw invalid("a statement is longer than it says");
  return { wanted: end + 1, statement: bytes.toString("utf8", start, end) };
}

function invalid(what: string): JobError {
  return new JobError("SOURCE_INVALID", `sqlite: not a whole SQL backup: ${what}`);
}
