import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Packs every publishable package as a release would, from what is built; returns the paths of the tarballs. */
export function packAll(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { packageManager: string };
  const which = ["--filter", "./packages/**", "--filter", "./apps/*"];
  const args = ["--yes", packageManager, "--recursive", ...which, "pack", "--pack-destination", folder];
  execFileSync("npx", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  return readdirSync(folder).map((name) => join(folder, name));
}
