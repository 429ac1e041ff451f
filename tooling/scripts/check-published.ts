// Packs every package and lets publint and attw judge the tarballs: what a user gets, not what lies in the repository.
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { packAll } from "./packages/pack.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "dbsave-published-"));
try {
  await Promise.all(packAll(folder).map(judge));
} finally {
  rmSync(folder, { recursive: true });
}

async function judge(tarball: string): Promise<void> {
  await report(tarball, ["publint", "run", tarball, "--strict"]);
  if (hasTypes(tarball)) await report(tarball, ["attw", tarball, "--profile", "esm-only", "--no-emoji"]);
}

async function report(tarball: string, [command = "", ...args]: readonly string[]): Promise<void> {
  try {
    await run(command, args);
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    console.error(`${command}: ${tarball}\n${stdout}${stderr}`);
    process.exitCode = 1;
  }
}

/** A command has no declarations, and attw nothing to judge. */
function hasTypes(tarball: string): boolean {
  const manifest = execFileSync("tar", ["-xOf", tarball, "package/package.json"], { encoding: "utf8" });
  return "exports" in (JSON.parse(manifest) as object);
}
