import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contender } from "./contenders.ts";
import type { Place } from "./place.ts";

export interface Cost {
  readonly seconds: number;
  /** User and system, of everything that was started. */
  readonly toolSeconds: number;
  /** In a container also what was started there. */
  readonly serverSeconds: number;
  readonly storedMegabytes: number;
  /** Of the Node.js process; 0 without one. */
  readonly peakMegabytes: number;
}

const reporter = fileURLToPath(new URL("./report-peak.mjs", import.meta.url));

/** What `command` stores lies below `stored`, which is emptied first; `prepare` is not counted. */
export async function measure(
  place: Place,
  folder: string,
  { command, prepare }: Pick<Contender, "command" | "prepare">,
  stored: string = join(folder, "stored"),
): Promise<Cost> {
  const peak = join(folder, "peak");
  await rm(stored, { recursive: true, force: true });
  await rm(peak, { force: true });
  await mkdir(stored);
  if (prepare !== undefined) place.run(prepare);
  const before = place.serverSeconds();
  const script = `set -o pipefail; TIMEFORMAT='%R %U %S'; time { ${command} 2>&3; } 3>&2 2>&1`;
  const env = {
    ...process.env,
    ...place.env,
    GNUPGHOME: folder,
    NODE_OPTIONS: `--import=${reporter}`,
    PEAK_FILE: peak,
  };
  const { status, stderr } = spawnSync("bash", ["-c", `{ ${script}; }`], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`failed: ${command}: ${stderr}`);
  const [seconds = 0, user = 0, system = 0] = (stderr.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  return {
    seconds,
    toolSeconds: user + system,
    serverSeconds: place.serverSeconds() - before,
    storedMegabytes: (await bytesBelow(stored)) / 1e6,
    peakMegabytes: Number(await readFile(peak, "utf8").catch(() => "0")) / 1024,
  };
}

async function bytesBelow(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = files.filter((file) => file.isFile()).map((file) => stat(join(file.parentPath, file.name)));
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
}
