import { finished, type Readable, type Writable } from "node:stream";

/**
 * Streams `input` into a tool. When `input` fails, `stdin` stays open: a closed one would look to the tool like a whole
 * input, and it might commit half of a restore before it is killed.
 */
export function feed(input: Readable, stdin: Writable, onFailure: (error: Error) => void): void {
  stdin.on("error", () => {}); // EPIPE: a tool may stop reading when it has enough; its exit status is what counts
  stdin.once("close", () => input.destroy());
  finished(input, { writable: false }, (error) => {
    if (error && !stdin.destroyed) onFailure(error);
  });
  input.pipe(stdin);
}
