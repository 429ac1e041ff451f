import { spawnSync } from "node:child_process";

/** What the docker command printed. Throws with its stderr when it fails. */
export function docker(...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync("docker", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`docker ${args[0]}: ${status ?? "killed"}: ${stderr}`);
  return stdout.trim();
}
