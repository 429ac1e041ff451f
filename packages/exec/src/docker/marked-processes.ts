import { setTimeout } from "node:timers/promises";
import type Docker from "dockerode";
import { shortExec } from "./short-exec.ts";

/** The variable by which a program and everything it starts can be found again inside a container. */
export const markerName = "DBSAVE_EXEC";

/**
 * The engine can start a program in a container but has no request that ends one, and the process number it tells is that of its
 * own host. So the processes are found inside the container, by the marker in the environment that all of them inherit.
 * Needs `sh` and `grep` in the image, and the user that the program ran as, because only that one may read the environment.
 */
const script = `for file in $(grep -lsF "${markerName}=$2" /proc/[0-9]*/environ); do
  pid=\${file#/proc/}
  kill -s "$1" "\${pid%/environ}" 2>/dev/null && echo "\${pid%/environ}"
done
:`;

export interface MarkedProcesses {
  readonly container: Docker.Container;
  readonly marker: string;
  readonly user: string | undefined;
}

/** Sends `signal` to every process with the marker. Resolves with how many there were. */
export async function signalMarked(
  { container, marker, user }: MarkedProcesses,
  signal: string,
  abortSignal: AbortSignal,
): Promise<number> {
  const command = ["sh", "-c", script, "sh", signal, marker];
  const { output, exitCode } = await shortExec(container, command, user, abortSignal);
  if (exitCode !== 0) throw new Error(`no working sh and grep in the image: ${output.trim()}`);
  return output.split("\n").filter(Boolean).length;
}

/** SIGKILL until none is left. */
export async function killMarked(processes: MarkedProcesses, abortSignal: AbortSignal): Promise<void> {
  while ((await signalMarked(processes, "KILL", abortSignal)) > 0) {
    await setTimeout(10, undefined, { signal: abortSignal });
  }
}
