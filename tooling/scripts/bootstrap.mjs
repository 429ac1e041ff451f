// Plain JavaScript that any Node.js from 18 on can run: it is what turns a fresh clone into a working workspace.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { packageManager, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const quiet = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };

/** Installs what the lockfile says, from the package registry alone. Ends the process with a clear message where that cannot work. */
export function bootstrap() {
  if (Number(process.versions.node.split(".")[0]) < 18)
    stop(`Node.js ${process.versions.node} is too old to start from: install 20 or newer.`);
  if (spawnSync("npx", ["--version"]).error)
    stop("npm is missing: install it beside Node.js (Debian: apt-get install npm).");

  console.log(`Installing the workspace (${packageManager}, exactly the lockfile)`);
  const install = ["install", "--frozen-lockfile", "--reporter=append-only"];
  if (pnpm(install, { CI: "1", npm_config_loglevel: "error" }) !== 0)
    stop("The installation failed; the message above says why.");

  const version = workspaceNodeVersion();
  if (!isSupported(version)) {
    const has =
      version === ""
        ? `the packaged Node.js does not run on ${process.platform}-${process.arch}`
        : `this machine has ${version}`;
    stop(
      `dbsave needs Node.js ${engines.node}, and ${has}.\nInstall it (any way you like) and run the same command again.`,
    );
  }
}

/** Runs a command with the workspace's own tools and Node.js first on PATH; returns its exit status. */
export function inWorkspace(command) {
  return pnpm(["exec", ...command], {});
}

function pnpm(args, env) {
  const options = { cwd: root, stdio: "inherit", env: { ...process.env, ...quiet, ...env } };
  const { status, error } = spawnSync("npx", ["--yes", packageManager, ...args], options);
  if (error) stop(`npx could not be started: ${error.message}`);
  return status ?? 1;
}

/** Linux gets Node.js as a locked package, whatever the machine has; elsewhere the machine's own is used. */
function workspaceNodeVersion() {
  const packaged = join(root, "node_modules", ".bin", "node");
  const { stdout } = spawnSync(existsSync(packaged) ? packaged : process.execPath, ["--version"], { encoding: "utf8" });
  return (stdout ?? "").trim();
}

/** `engines.node` of the workspace: ^24.11.0 || >=26.0.0. */
function isSupported(version) {
  const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
  return major >= 26 || (major === 24 && minor >= 11);
}

function stop(message) {
  console.error(`\n${message}`);
  process.exit(1);
}
