import { type Duplex, pipeline, type Readable } from "node:stream";
import { isDbsaveError } from "../errors/dbsave-error.ts";

/**
 * `source` through `stages`, as the readable end of the last one. A failure or early end anywhere destroys all of them
 * and reaches the reader; a reader that stops early destroys the source.
 */
export function connect(source: Readable, ...stages: readonly Duplex[]): Readable {
  const last = stages.at(-1);
  if (last === undefined) return source;
  // The result is read from `last`, which pipeline destroys with the error; its callback has nothing to add.
  pipeline([source, ...stages], () => undefined);
  return last;
}

/** The failure that came first is often seen only as a premature close: prefers the one that says why. */
export function mostTelling(errors: readonly unknown[]): unknown {
  return errors.find((error) => isDbsaveError(error)) ?? errors.find((error) => !isPrematureClose(error)) ?? errors[0];
}

function isPrematureClose(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}
