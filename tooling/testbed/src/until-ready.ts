import { setTimeout } from "node:timers/promises";
import { command } from "./command.ts";

/** Tries a command until it works, for a minute. Rejects with its last reason. */
export async function untilReady([program = "", ...args]: readonly string[]): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      await command(program, args, { timeoutMs: 10_000 });
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await setTimeout(200);
    }
  }
}
