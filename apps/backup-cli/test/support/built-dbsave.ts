import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, onTestFinished } from "vitest";

export const entry: string = fileURLToPath(new URL("../../dist/dbsave.js", import.meta.url));

export interface Ended {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when it has written `text` to standard error; fails when it ends without. */
  says(text: string): Promise<void>;
}

export interface StartOptions {
  readonly cwd: string;
  /** Nothing else is in the environment, as under cron. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Builds what the tests of a file run: nothing but the built command is tested. Not when DBSAVE_TEST_BUILT says that it is new. */
export function buildOnce(...apps: readonly string[]): void {
  beforeAll(() => {
    if (process.env["DBSAVE_TEST_BUILT"]) return;
    const { packageManager } = JSON.parse(readFileSync("package.json", "utf8")) as {
      packageManager: string;
    };
    const filters = ["@dbsave/backup-cli", ...apps].map((app) => `--filter=${app}`);
    const build = ["turbo", "run", "build", ...filters, "--output-logs=errors-only"];
    const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
    const { status, stdout, stderr } = spawnSync("npx", ["--yes", packageManager, "exec", ...build], {
      env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the build failed\n${stdout}${stderr}`);
  });
}

/** An empty directory, gone after the test. */
export function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "dbsave-e2e-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts the built command; it is killed if the test ends before it does. */
export function start(args: readonly string[], { cwd, env = {} }: StartOptions): Started {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
    for (const watch of watchers) watch();
  });
  const ended = once(child, "close").then(
    ([status, signal]): Ended => ({
      status: status as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout,
      stderr,
    }),
  );
  const says = (words: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        if (stderr.includes(words)) resolve();
      };
      watchers.add(watch);
      watch();
      ended.then(() => reject(new Error(`it ended without saying ${words}: ${stderr}`)), reject);
    });
  return { child, ended, says };
}

export async function dbsave(args: readonly string[], options: StartOptions): Promise<Ended> {
  return await start(args, options).ended;
}

/** What the command says in JSON, whatever it says. */
export async function dbsaveJson(
  args: readonly string[],
  options: StartOptions,
): Promise<{ readonly status: number | null; readonly json: unknown }> {
  const { status, stdout } = await dbsave([...args, "--json"], options);
  return { status, json: JSON.parse(stdout) as unknown };
}
