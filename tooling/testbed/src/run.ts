import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { command, works } from "./command.ts";
import { stopLocal } from "./start-local.ts";

const prefix = "dbsave-testbed-";
const variable = "DBSAVE_TESTBED";

/** The label of everything in Docker that belongs to a run; its value is the name of the run. */
export const runLabel = "dbsave.testbed";

/** A run of the tests: all its workers share the servers that one of them started. */
export interface TestRun {
  readonly folder: string;
  readonly name: string;
}

export function currentRun(): TestRun {
  const folder = process.env[variable];
  if (folder === undefined)
    throw new Error("no test run is open: use the workspace's vitest configuration, or openRun()");
  return { folder, name: basename(folder) };
}

/** Opens a run, unless this process is in one. What runs that were killed left behind is removed first. */
export async function openRun(): Promise<AsyncDisposable> {
  if (process.env[variable] !== undefined) return { [Symbol.asyncDispose]: async () => {} };
  for (const folder of deadRuns()) await removeRun(folder);
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  await chmod(folder, 0o711); // servers of other users live in it
  process.env[variable] = folder;
  return {
    async [Symbol.asyncDispose]() {
      delete process.env[variable];
      await removeRun(folder);
    },
  };
}

/** What `start` returns, from the first worker of the run that asks for `name`. The others wait for it. */
export async function oncePerRun<T>(name: string, start: () => Promise<T>): Promise<T> {
  const { folder } = currentRun();
  const answer = join(folder, `${name}.json`);
  const isFirst = await mkdir(join(folder, `${name}.claim`)).then(
    () => true,
    () => false,
  );
  if (isFirst) {
    const outcome = await start().then(
      (value) => ({ value }),
      (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
    );
    await writeFile(`${answer}.new`, JSON.stringify(outcome), { mode: 0o600 });
    await rename(`${answer}.new`, answer);
  }
  while (!existsSync(answer)) await setTimeout(100);
  const outcome = JSON.parse(await readFile(answer, "utf8")) as { readonly value: T } | { readonly error: string };
  if ("error" in outcome) throw new Error(outcome.error);
  return outcome.value;
}

/** A number that another process has by now keeps the leftovers a while longer, which harms nobody. */
function deadRuns(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length).split("-")[0])))
    .map((name) => join(tmpdir(), name));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

async function removeRun(folder: string): Promise<void> {
  if (await works("docker", ["version"])) {
    const filter = `label=${runLabel}=${basename(folder)}`;
    const containers = await command("docker", ["ps", "--all", "--quiet", "--filter", filter]);
    const ids = containers.split("\n").filter(Boolean);
    if (ids.length > 0) await command("docker", ["rm", "--force", "--volumes", ...ids]);
  }
  for (const name of readdirSync(folder)) await stopLocal(join(folder, name));
  await rm(folder, { recursive: true, force: true });
}
