import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunningServer, Secret, type ServerPlace, type ServerRunner } from "@dbsave/core";
import { startTimeoutMs, tryServer } from "@dbsave/testbed";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { captureText, containerServers, hostServers, hostTools } from "../src/index.ts";

const { signal } = new AbortController();
const root = await mkdtemp(join(tmpdir(), "dbsave-t-"));
await chmod(root, 0o711); // a server may be another user
afterAll(() => rm(root, { recursive: true }));

const onHost = hostServers({ env: process.env, root, killAfterMs: 500 });
let inContainer: ServerRunner | string;

beforeAll(async () => {
  const found = await tryServer("postgres-15");
  if (typeof found === "string") inContainer = found;
  else if (found.container === undefined) inContainer = "needs docker";
  else inContainer = containerServers({ like: { compose: found.container.compose }, root });
}, startTimeoutMs);

const runners: readonly (readonly [string, (test: TestContext) => ServerRunner])[] = [
  ["on this machine", () => onHost],
  ["in a container", (test) => (typeof inContainer === "string" ? test.skip(inContainer) : inContainer)],
];

/** A server of `sh`: it is ready when its file is there, and has a child that keeps on. */
const small =
  (script = "sleep 600 & echo listening; touch ready; wait") =>
  (place: ServerPlace) =>
    Promise.resolve({
      tool: "sh",
      args: ["-c", script],
      env: { KEY: new Secret("canary") },
      ready: async (stop: AbortSignal) => {
        await captureText(place.tools, "test", ["-e", "ready"], { signal: stop, cwd: place.directory });
        return true;
      },
    });

describe.each(runners)("a throw-away server %s", (which, runner) => {
  it("is ready when start resolves, and nothing of it is left when it is disposed", async (test) => {
    const server = await runner(test).start(small(), { name: "small", signal });
    expect(server.log()).toBe("listening");
    const isHere = which === "on this machine";
    const folders = [server.socketDirectory, ...(isHere ? [server.directory] : [])].map((path) => dirname(path));
    expect(folders.map((folder) => existsSync(folder))).not.toContain(false);
    const places = isHere ? [tmpdir(), root] : [root]; // the path of a socket must be short
    expect(folders.map((folder) => dirname(folder))).toEqual(places);
    await server[Symbol.asyncDispose]();
    expect(folders.map((folder) => existsSync(folder))).not.toContain(true);
    expect(folders.flatMap(workersIn)).toEqual([]);
    await expect(captureText(server.tools, "true", [], { signal, cwd: server.directory })).rejects.toMatchObject({
      code: expect.stringMatching(/OPTIONS_INVALID|SOURCE_NOT_FOUND/),
    });
  });

  it("that ends before it is ready is TOOL_FAILED with its log, without secrets", async (test) => {
    const starting = runner(test).start(small('echo "key $KEY refused" >&2; exit 7'), { name: "small", signal });
    await expect(starting).rejects.toMatchObject({
      code: "TOOL_FAILED",
      message: "sh: exit status 7: key *** refused",
    });
    expect(readdirSync(root)).toEqual([]);
  });

  it("that is not there is TOOL_MISSING", async (test) => {
    const describing = async () => ({ tool: "no-such-server", args: [], ready: async () => false });
    const starting = runner(test).start(describing, { name: "small", signal });
    await expect(starting).rejects.toMatchObject({ code: "TOOL_MISSING" });
    expect(readdirSync(root)).toEqual([]);
  });

  it("that does not get ready in time is TIMED_OUT with its log", async (test) => {
    const starting = runner(test).start(small("echo thinking; exec sleep 600"), {
      name: "small",
      signal,
      readyTimeoutMs: 1500,
    });
    await expect(starting).rejects.toMatchObject({
      code: "TIMED_OUT",
      message: "small: not ready after 1500 ms: thinking",
    });
    expect(readdirSync(root)).toEqual([]);
  });

  it("is given up when the run is cancelled", async (test) => {
    const controller = new AbortController();
    const describing = async (place: ServerPlace) => {
      const command = await small("exec sleep 600")(place);
      const ready = async () => {
        controller.abort();
        return false;
      };
      return { ...command, ready };
    };
    const starting = runner(test).start(describing, { name: "small", signal: controller.signal });
    await expect(starting).rejects.toMatchObject({ code: "ABORTED" });
    expect(readdirSync(root)).toEqual([]);
  });

  it("can be PostgreSQL, which refuses to be root and is asked over a unix socket", async (test) => {
    const start = runner(test);
    if (start === onHost && !existsSync(`${binaries}/initdb`)) test.skip("needs postgres-15");
    await using server = await start.start(postgres(start === onHost ? `${binaries}/` : ""), {
      name: "postgres 15",
      user: "postgres",
      signal,
    });
    const ask = async (where: RunningServer["tools"]) =>
      captureText(where, "psql", ["-XAtc", "select 6 * 7", "-h", server.socketDirectory, "-U", "postgres"], { signal });
    expect(await ask(server.tools)).toBe("42\n");
    const probe = connect(join(server.socketDirectory, ".s.PGSQL.5432"));
    await once(probe, "connect");
    probe.destroy();
  });
});

const binaries = "/usr/lib/postgresql/15/bin";

const postgres = (path: string) => async (place: ServerPlace) => {
  const data = join(place.directory, "cluster");
  await captureText(place.tools, `${path}initdb`, ["-D", data, "-U", "postgres", "--auth=trust"], { signal });
  const sockets = ["-c", "listen_addresses=", "-c", `unix_socket_directories=${place.socketDirectory}`];
  return {
    tool: `${path}postgres`,
    args: ["-D", data, ...sockets],
    stopSignal: "SIGQUIT" as const,
    ready: async (stop: AbortSignal) => {
      const args = ["-h", place.socketDirectory, "-U", "postgres"];
      await captureText(place.tools, `${path}pg_isready`, args, { signal: stop });
      return true;
    },
  };
};

describe("a throw-away server whose owner was killed", () => {
  it("is gone at the latest after the next start on this machine", async () => {
    const [folder = ""] = await abandon("");
    expect(workersIn(folder)).toHaveLength(3);
    await using next = await onHost.start(small(), { name: "small", signal });
    expect(readdirSync(root)).toEqual([basename(dirname(next.directory))]);
    expect(workersIn(folder)).toEqual([]);
  });

  it("is gone at once in a container, because its input has ended", async (test) => {
    const found = await tryServer("postgres-15");
    if (typeof found === "string" || found.container === undefined) return test.skip("needs postgres-15 in docker");
    const [folder = "", container = ""] = await abandon(found.container.compose);
    const tools = hostTools({ env: process.env });
    const left = () => captureText(tools, "docker", ["ps", "-aq", "--filter", `id=${container}`], { signal });
    await expect.poll(left, { timeout: 10_000 }).toBe("");
    await using next = await onHost.start(small(), { name: "small", signal });
    expect(existsSync(next.directory)).toBe(true);
    expect(existsSync(folder)).toBe(false);
  });
});

it("keeps no process alive once it is disposed", async (test) => {
  const found = await tryServer("postgres-15");
  const containers = typeof found === "string" || found.container === undefined ? [] : [found.container.compose];
  for (const compose of ["", ...containers]) {
    const owner = spawn(process.execPath, [ownerProgram, "dispose", root, compose], { stdio: "inherit" });
    onTestFinished(() => void owner.kill("SIGKILL"));
    expect((await once(owner, "exit"))[0]).toBe(0);
  }
  if (containers.length === 0) test.skip("needs postgres-15 in docker");
});

const ownerProgram = fileURLToPath(new URL("server-owner.ts", import.meta.url));

/** What a process started and left behind when it was killed: the folder, and the container if there is one. */
async function abandon(compose: string): Promise<readonly string[]> {
  const owner = spawn(process.execPath, [ownerProgram, "wait", root, compose], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(owner.stdout, "data")) as [Buffer];
  owner.kill("SIGKILL");
  await once(owner, "exit");
  return line.toString().trim().split(" ");
}

it("does not touch folders of others, nor those whose owner is alive", async () => {
  await using first = await onHost.start(small(), { name: "small", signal });
  await using second = await onHost.start(small(), { name: "small", signal });
  expect(existsSync(first.directory)).toBe(true);
  expect(first.directory).not.toBe(second.directory);
});

it("offers a loopback port that is free", async () => {
  await using server = await onHost.start(small(), { name: "small", signal });
  const probe = createServer().listen(server.tcp?.port, server.tcp?.host);
  await once(probe, "listening");
  expect(probe.address()).toMatchObject({ address: "127.0.0.1", port: server.tcp?.port });
  await new Promise((closed) => probe.close(closed));
});

function workersIn(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  });
}
