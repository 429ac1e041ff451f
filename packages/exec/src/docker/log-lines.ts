import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { demultiplex } from "./demultiplex.ts";

/** The lines of both outputs of a container, in the order in which the engine took them. */
export async function* linesOf(log: Readable, hasTerminal = false): AsyncGenerator<string> {
  const both = new PassThrough();
  const pass = hasTerminal ? pipeline(log, both) : demultiplex(log, both, both);
  pass.catch(() => both.end()); // whoever read it, or the engine, has gone
  yield* createInterface({ input: both, crlfDelay: Infinity }); // which loses lines that come before they are asked for
}
