import { spawnSync } from "node:child_process";

/** Whether a program is on the PATH; the test that needs it is skipped by name otherwise. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}

/** Standard output of a stock program that reads `input`. Throws with its own words when it fails. */
export function runStock(command: string, input: Buffer, cwd?: string): Buffer {
  const [program = "", ...args] = command.split(" ");
  const { status, stdout, stderr } = spawnSync(program, args, { input, cwd, maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${command} failed: ${stderr.toString()}`);
  return stdout;
}
