import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../../apps/backup-cli/dist/dbsave.js", import.meta.url));

/** Shows a command line and runs it in `folder`, as typed by someone who has dbsave installed. Rejects when it fails. */
export type Terminal = (line: string) => Promise<void>;

/** A terminal in `folder` whose PATH has the built `dbsave`, and whose environment has nothing of the caller's settings for it. */
export function openTerminal(folder: string, signal: AbortSignal): Terminal {
  const bin = join(folder, ".bin");
  mkdirSync(bin);
  symlinkSync(command, join(bin, "dbsave"));
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("DBSAVE_"));
  const path = [bin, dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const env = { ...Object.fromEntries(inherited), PATH: path };
  return async (line) => {
    console.log(`\n$ ${line}`);
    const [program = "", ...args] = line.split(" ");
    const [status] = await once(spawn(program, args, { cwd: folder, env, stdio: "inherit", signal }), "exit");
    if (status !== 0) throw new Error(`\`${line}\` ended with ${status ?? "a signal"}`);
  };
}
