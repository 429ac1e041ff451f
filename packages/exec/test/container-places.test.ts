import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { toDbsaveError } from "@dbsave/core";
import { docker } from "@dbsave/testbed";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { captureText, containerAddress, containerTools, containerVariables, findDataPlace } from "../src/index.ts";
import { another, container } from "./docker.ts";

const { signal } = new AbortController();
const listen = ["postgres", "-D", "/tmp/data", "-c", "listen_addresses=*", "-c", "unix_socket_directories=/tmp"];
const server = ["sh", "-c", 'initdb -D /tmp/data --auth=trust --no-sync && exec "$@"', "sh", ...listen];

function network(): string {
  const name = `dbsave-t-${randomBytes(6).toString("hex")}`;
  docker("network", "create", name);
  onTestFinished(() => void docker("network", "rm", name));
  return name;
}

async function untilItListens(name: string): Promise<void> {
  const tools = containerTools({ container: { name } });
  const ready = () => captureText(tools, "pg_isready", ["-h", "127.0.0.1"], { signal }).catch(() => "");
  await expect.poll(ready, { timeout: 50_000 }).toContain("accepting");
}

describe("the address of a container", { timeout: 90_000 }, () => {
  it("is one on its network that answers, the same for this machine and for the tools inside", async (test) => {
    const name = another(test, [], server);
    await untilItListens(name);
    const { host, port } = await containerAddress({ name }, { port: 5432, signal });
    expect(host).toBe(docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", name));
    const args = ["-h", host, "-p", String(port)];
    expect(await captureText(containerTools({ container: { name } }), "pg_isready", args, { signal })).toContain("acc");
    await expect(containerAddress({ name }, { port: 5433, signal })).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: expect.stringContaining(`${host}:5433`),
    });
  });

  it("is that on the network that was named, and OPTIONS_INVALID when the container is not in it", async (test) => {
    const first = network();
    const second = network();
    const name = another(test, ["--network", first], server);
    docker("network", "connect", second, name);
    await untilItListens(name);
    const { host } = await containerAddress({ name }, { port: 5432, network: second, signal });
    expect(host).toBe(
      docker("inspect", "--format", `{{(index .NetworkSettings.Networks "${second}").IPAddress}}`, name),
    );
    await expect(containerAddress({ name }, { port: 5432, network: "other", signal })).rejects.toMatchObject({
      code: "OPTIONS_INVALID",
      message: expect.stringContaining(first),
    });
    docker("network", "disconnect", second, name);
    docker("network", "disconnect", first, name);
  });

  it("is that of the container whose network it shares, and loopback on the network of the machine", async (test) => {
    const owner = another(test, [], server);
    await untilItListens(owner);
    const beside = another(test, ["--network", `container:${owner}`]);
    expect(await containerAddress({ name: beside }, { port: 5432, signal })).toEqual(
      await containerAddress({ name: owner }, { port: 5432, signal }),
    );
    const listener = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void listener.close());
    await once(listener, "listening");
    const { port } = listener.address() as { port: number };
    const onHost = another(test, ["--network", "host"]);
    expect(await containerAddress({ name: onHost }, { port, signal })).toEqual({ host: "127.0.0.1", port });
  });

  it("is none where nothing can connect: UNSUPPORTED without a network and for an engine elsewhere", async (test) => {
    const name = another(test, ["--network", "none"]);
    const env = { DOCKER_HOST: "tcp://127.0.0.1:9" };
    await expect(containerAddress({ name }, { port: 5432, signal, env })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      hint: expect.stringContaining("Publish the port"),
    });
    const lonely = containerAddress({ name }, { port: 5432, signal });
    const { code, hint } = await lonely.then(
      () => expect.unreachable("there is no network"),
      (error: unknown) => toDbsaveError(error, "INTERNAL", "lonely"),
    );
    expect(code).toBe("UNSUPPORTED");
    for (const [, command = ""] of hint.matchAll(/docker (network [^;.]*)/g)) docker(...command.split(" "));
    await expect(containerAddress({ name }, { port: 5432, signal })).rejects.toMatchObject({ code: "CONNECT_FAILED" });
  });

  it("is CONNECT_FAILED while it is stopped", async (test) => {
    const name = another(test, []);
    docker("stop", "--time", "1", name);
    await expect(containerAddress({ name }, { port: 5432, signal })).rejects.toMatchObject({ code: "CONNECT_FAILED" });
  });
});

describe("what a container was told", () => {
  it("is read from variables and from the files that variables name, and shown nowhere", async (test) => {
    const env = ["--env", "DB_USER=shop", "--env", "DB_PASSWORD_FILE=/tmp/pw", "--env", "DB_NAME="];
    const name = another(test, env, ["sh", "-c", "umask 077; echo canary-value > /tmp/pw; exec sleep 600"]);
    await expect.poll(() => docker("exec", name, "ls", "/tmp")).toContain("pw");
    const told = await containerVariables({ name }, ["DB_USER", "DB_PASSWORD", "DB_NAME"], { signal });
    expect(told.DB_USER?.reveal()).toBe("shop");
    expect(told.DB_PASSWORD?.reveal()).toBe("canary-value");
    expect(told.DB_NAME).toBeUndefined();
    expect(inspect(told, { depth: 9 })).not.toContain("canary-value");
  });

  it("is SECRET_UNAVAILABLE when there is no such file", async (test) => {
    const name = another(test, ["--env", "DB_PASSWORD_FILE=/no/such"]);
    await expect(containerVariables({ name }, ["DB_PASSWORD"], { signal })).rejects.toMatchObject({
      code: "SECRET_UNAVAILABLE",
      message: expect.stringContaining("/no/such"),
    });
  });
});

it("tools run as the preferred user where the container has it, else as the user of the image", async (test) => {
  const name = another(test, ["--user", "0"]);
  const who = (preferredUser: string) =>
    captureText(containerTools({ container: { name }, preferredUser }), "id", ["-un"], { signal });
  expect(await who("postgres")).toBe("postgres\n");
  expect(await who("nobody-at-all")).toBe("root\n");
});

describe("the data of a container lies", () => {
  const placeOf = (test: TestContext, options: readonly string[], directory = "/data/pg") =>
    findDataPlace({ name: another(test, options) }, directory, { signal });

  it("in its writable layer where nothing is mounted, or only something beside it", async (test) => {
    expect(await placeOf(test, [])).toEqual({ kind: "layer" });
    expect(await placeOf(test, ["--volume", "/data/pg2", "--volume", "/database"])).toEqual({ kind: "layer" });
  });

  it("in memory, in a directory of the machine, in a volume, whichever is mounted closest", async (test) => {
    const directory = await mkdtemp(join(tmpdir(), "dbsave-t-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const volume = namedVolume();
    expect(await placeOf(test, ["--tmpfs", "/data"])).toEqual({ kind: "tmpfs", destination: "/data" });
    const bound = ["--volume", `${directory}:/data`, "--tmpfs", "/data/log"];
    expect(await placeOf(test, bound)).toEqual({ kind: "bind", destination: "/data", source: directory });
    const named = ["--tmpfs", "/data", "--volume", `${volume}:/data/pg`];
    expect(await placeOf(test, named)).toEqual({ kind: "volume", destination: "/data/pg", volume });
  });

  it("in a volume that nobody named, or in one that compose down -v removes", async (test) => {
    expect(await placeOf(test, ["--volume", "/data"])).toMatchObject({
      kind: "anonymous-volume",
      destination: "/data",
    });
    const volume = namedVolume("--label", "com.docker.compose.project=shop", "--label", "com.docker.compose.volume=db");
    const mounted = ["--volume", `${volume}:/data`];
    expect(await placeOf(test, mounted)).toEqual({ kind: "compose-volume", destination: "/data", volume, key: "db" });
  });

  it("where its links lead to", async (test) => {
    const name = another(
      test,
      ["--user", "0", "--volume", "/data"],
      ["sh", "-c", "ln -s /tmp /data/pg; exec sleep 600"],
    );
    await expect.poll(() => docker("exec", name, "ls", "/data")).toContain("pg");
    expect(await findDataPlace({ name }, "/data/pg", { signal })).toEqual({ kind: "layer" });
  });

  it("nowhere when there is no such container", async (test) => {
    container(test);
    await expect(findDataPlace({ name: "no-such" }, "/data", { signal })).rejects.toMatchObject({
      code: "SOURCE_NOT_FOUND",
    });
  });
});

function namedVolume(...options: readonly string[]): string {
  const name = `dbsave-t-${randomBytes(6).toString("hex")}`;
  onTestFinished(() => void docker("volume", "rm", name));
  return docker("volume", "create", ...options, name);
}
