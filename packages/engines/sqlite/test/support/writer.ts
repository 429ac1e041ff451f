import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface Writer {
  readonly process: ChildProcess;
  /** Commits so far. */
  readonly written: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Another process that writes into `path` all the time. */
export async function startWriter(path: string): Promise<Writer> {
  const child = fork(fileURLToPath(new URL("./writer.mjs", import.meta.url)), [path]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "message");
  return {
    process: child,
    async written() {
      child.send("count");
      const [{ written }] = (await once(child, "message")) as [{ written: number }];
      return written;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.send("stop");
      await gone;
    },
  };
}
