import { readdirSync, readFileSync } from "node:fs";

/** Command lines of this machine's processes that have `text` in them; zombies have none. */
export async function runningOnHost(text: string): Promise<readonly string[]> {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(text));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}
