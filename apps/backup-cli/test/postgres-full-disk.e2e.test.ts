import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { openRepository, readCatalog } from "@dbsave/core";
import { fsStorage } from "@dbsave/storage-fs";
import { expect, it, onTestFinished, type TestContext } from "vitest";
import { buildOnce } from "./support/built-dbsave.ts";
import { type PostgresTarget, postgresTarget } from "./support/postgres-target.ts";

buildOnce();

const timeout = 300_000;

it("a backup into a full disk is NO_SPACE, ends pg_dump, is no backup, and the next one with room is proved", {
  timeout,
}, async (test) => {
  const target = await postgresTarget(test, "on the host");
  const path = join(target.cwd, "backups");
  const disk = mountMemory(test, path, "4m");
  const repository = await openRepository(fsStorage({ path }), { create: true });
  const ended = await target.run(["backup", "app"]);
  expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining("NO_SPACE") });
  await nothingWorks(target);
  const backups = async () => await readCatalog(repository, "app", new AbortController().signal);
  expect(await backups()).toMatchObject({ entries: [], damaged: [] });
  disk.resize("200m");
  expect(await target.run(["backup", "app"])).toMatchObject({ status: 0 });
  expect((await backups()).entries).toHaveLength(1);
  expect(await target.run(["verify", "latest", "--level", "restore"])).toMatchObject({ status: 0 });
});

it("a proof for which the scratch directory has no room says so, leaves nothing there, and passes with room", {
  timeout,
}, async (test) => {
  const target = await postgresTarget(test, "on the host");
  expect(await target.run(["backup", "app"])).toMatchObject({ status: 0 });
  const disk = mountMemory(test, target.scratch, "50m");
  for (const [size, what] of [
    ["50m", "throw-away server"],
    ["8m", "initdb"],
  ] as const) {
    disk.resize(size);
    const { status, stdout } = await target.run(["verify", "latest", "--level", "restore"]);
    expect(status).toBe(4);
    expect(stdout).toContain("No space left on device");
    expect(stdout).toContain(what);
    expect(stdout).not.toContain("NOT good");
    await nothingWorks(target);
  }
  disk.resize("400m");
  expect(await target.run(["verify", "latest", "--level", "restore"])).toMatchObject({ status: 0 });
});

/** Of a failed command, neither here nor on the server. */
async function nothingWorks(target: PostgresTarget): Promise<void> {
  await expect.poll(() => target.working(), { timeout: 20_000 }).toEqual([]);
  expect(await target.leftBehind()).toEqual([]);
}

function mountMemory(test: Pick<TestContext, "skip">, path: string, size: string): { resize(size: string): void } {
  if (process.platform !== "linux" || process.getuid?.() !== 0) test.skip("needs root on Linux to mount a small disk");
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0711`, "tmpfs", path]);
  onTestFinished(() => void execFileSync("umount", [path]));
  return { resize: (other) => void execFileSync("mount", ["-o", `remount,size=${other}`, path]) };
}
