import { openRun } from "./run.ts";

let run: AsyncDisposable | undefined;

/** For vitest's `globalSetup`: one run for all workers. Nothing is started before a test asks for it. */
export async function setup(): Promise<void> {
  run = await openRun();
}

/** Removes everything that was started. */
export async function teardown(): Promise<void> {
  await run?.[Symbol.asyncDispose]();
}
