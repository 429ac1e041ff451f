import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "dbsave-condition-"));
afterAll(() => rmSync(folder, { recursive: true }));

const script = writeScript();

it("a worker of a test resolves packages to their sources", async () => {
  const [which] = await once(new Worker(script), "message");
  expect(which).toBe("source");
});

it("a forked child of a test resolves packages to their sources", async () => {
  const [which] = await once(fork(script), "message");
  expect(which).toBe("source");
});

it("a child process of a test resolves packages to their sources", () => {
  expect(execFileSync(process.execPath, [script], { encoding: "utf8" })).toBe("source");
});

it("the test itself resolves packages to their sources", () => {
  expect(createRequire(script).resolve("two-faced")).toMatch(/source\.js$/);
});

/** A package with both faces, and a script that tells in every way a process can which one it got. */
function writeScript(): string {
  const home = join(folder, "node_modules", "two-faced");
  mkdirSync(home, { recursive: true });
  const exports = { "@dbsave/source": "./source.js", default: "./built.js" };
  writeFileSync(join(home, "package.json"), JSON.stringify({ name: "two-faced", type: "module", exports }));
  writeFileSync(join(home, "source.js"), 'export const which = "source";');
  writeFileSync(join(home, "built.js"), 'export const which = "built";');
  const path = join(folder, "child.mjs");
  writeFileSync(
    path,
    `import { parentPort } from "node:worker_threads";
     import { which } from "two-faced";
     if (parentPort) parentPort.postMessage(which);
     else if (process.send) process.send(which);
     else process.stdout.write(which);`,
  );
  return path;
}
