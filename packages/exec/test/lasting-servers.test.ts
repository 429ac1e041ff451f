import { spawnSync } from "node:child_process";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LastingServer, LastingServerRunner } from "@dbsave/core";
import { docker, startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { containerLastingServers, hostLastingServers, lastingServers } from "../src/index.ts";
import { container } from "./docker.ts";

const { signal } = new AbortController();
const { env } = process;
const nobody = process.getuid?.() === 0 ? 65_534 : (process.getuid?.() ?? 0);

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "dbsave-lasting-"));
  await chmod(path, 0o755);
  if (process.getuid?.() === 0) await chown(path, nobody, nobody);
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** A server of `sh` that says who and where it is, and ends on SIGINT. */
const script = "echo $(id -u) $(pwd); trap 'echo bye; exit 0' INT; while :; do sleep 0.05; done";

async function start(
  runner: LastingServerRunner,
  path: string,
  given = script,
  image?: string,
): Promise<LastingServer> {
  const server = await runner.start(
    async () => ({ tool: "sh", args: ["-c", given], stop: ["true"], stopSignal: "SIGINT" }),
    {
      name: "small",
      signal,
      directories: [path],
      logFile: join(path, "log"),
      hasNetwork: false,
      ...(image === undefined ? {} : { image: { name: "image of the test", id: image } }),
    },
  );
  onTestFinished(() => server.stop());
  return server;
}

async function linesOf(server: LastingServer): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of server.lines) lines.push(line);
  return lines;
}

const imageOf = (test: Pick<TestContext, "skip">): string =>
  docker("inspect", "--format", "{{.Image}}", container(test).id);

const runners: readonly (readonly [string, (test: TestContext) => readonly [LastingServerRunner, string?]])[] = [
  ["on this machine", () => [hostLastingServers({ env })]],
  ["in a container", (test) => [containerLastingServers({ env }), imageOf(test)]],
];

describe.each(runners)("a server that goes on %s", { timeout: startTimeoutMs }, (_where, choose) => {
  it("is the owner of its directory, tells all it prints, and stops in order", async (test) => {
    const [runner, image] = choose(test);
    const path = await directory();
    const server = await start(runner, path, script, image);
    const iterator = server.lines[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toBe(`${nobody} ${path}`);
    await server.stop();
    expect(await iterator.next()).toMatchObject({ value: "bye" });
    expect(await iterator.next()).toMatchObject({ done: true });
  });

  it("tells what it printed when it ends at once", async (test) => {
    const [runner, image] = choose(test);
    const server = await start(runner, await directory(), "echo no; printf 'not even a line' >&2; exit 3", image);
    expect((await linesOf(server)).toSorted()).toEqual(["no", "not even a line"]);
  });

  it.skipIf(process.getuid?.() !== 0)("is never root", async (test) => {
    const [runner, image] = choose(test);
    const path = await directory();
    await chown(path, 0, 0);
    await expect(start(runner, path, script, image)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });
});

describe("a server that goes on", { timeout: startTimeoutMs }, () => {
  it("goes on when whoever started it has ended", async () => {
    const path = await directory();
    const program = `
      import { hostLastingServers } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
      const runner = hostLastingServers({ env: process.env });
      const command = { tool: "sh", args: ["-c", "echo $$; exec sleep 600"], stop: ["true"], stopSignal: "SIGTERM" };
      const options = { name: "small", signal: new AbortController().signal, directories: [${JSON.stringify(path)}], logFile: ${JSON.stringify(join(path, "log"))}, hasNetwork: false };
      await using server = await runner.start(async () => command, options);
      for await (const line of server.lines) { console.log(line); break; }`;
    const args = ["--conditions=@dbsave/source", "--input-type=module-typescript", "--eval", program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    const pid = Number(stdout);
    expect(pid, stderr).toBeGreaterThan(1);
    expect(process.kill(pid, 0)).toBe(true);
    process.kill(pid, "SIGKILL");
  });

  it("leaves nothing when it cannot be described", async () => {
    const path = await directory();
    const failing = lastingServers({ env }).start(
      async () => {
        throw new Error("no idea");
      },
      { name: "small", signal, directories: [path], logFile: join(path, "log"), hasNetwork: false },
    );
    await expect(failing).rejects.toThrow("no idea");
  });
});
