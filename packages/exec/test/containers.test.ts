import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { inspect } from "node:util";
import { Secret, type ToolRunner } from "@dbsave/core";
import { docker } from "@dbsave/testbed";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ContainerSelector, captureText, containerTools, findContainer } from "../src/index.ts";
import { another, container } from "./docker.ts";
import { scripts } from "./scripts.ts";

const { signal } = new AbortController();
const over = "grep -qsx head /proc/[0-9]*/comm || echo over";
const unique = `dbsave-t${process.pid}`;
const version = (selector: ContainerSelector, tools: ToolRunner = containerTools({ container: selector })) =>
  captureText(tools, "pg_dump", ["--version"], { signal });

describe("a container", () => {
  it("is found by compose service, by label, by name and by id, and its tools are its own", async (test) => {
    const { id, name, compose } = container(test);
    const label = `dbsave.target=${compose}`;
    for (const selector of [{ compose }, { label }, { name }, { name: id }, { name: id.slice(0, 12) }]) {
      expect(await version(selector)).toMatch(/^pg_dump \(PostgreSQL\) 17\./);
    }
  });

  it("is asked over its unix socket as the user of the image, without any published port", async (test) => {
    const tools = containerTools({ container: { compose: container(test).compose } });
    const query = "select current_user || ' ' || split_part(version(), '.', 1)";
    expect(await captureText(tools, "psql", ["-XAt", "-h", "/tmp", "-c", query], { signal })).toBe(
      "postgres PostgreSQL 17\n",
    );
  });

  it("gives a slow reader the whole output of a program that is over", async (test) => {
    const { compose } = container(test);
    const tools = containerTools({ container: { compose } });
    const { stdout, done } = tools.run("head", ["-c", "100000", "/dev/zero"], { signal });
    await once(stdout, "readable");
    const isOver = async () => (await captureText(tools, "sh", ["-c", over], { signal })) === "over\n";
    await expect.poll(isOver, { timeout: 10_000 }).toBe(true);
    for (let times = 0; times < 5; times += 1) await captureText(tools, "true", [], { signal });
    expect((await buffer(stdout)).length).toBe(100_000);
    await done;
  });

  it("runs tools as another user when asked to, and says when there is no such user", async (test) => {
    const selector = { compose: container(test).compose };
    const as = (user: string) => captureText(containerTools({ container: selector, user }), "id", ["-un"], { signal });
    expect(await as("root")).toBe("root\n");
    await expect(as("nobody-at-all")).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
  });

  it("is described with image, mounts, networks and state, but without values of its environment", async (test) => {
    const id = another(test, ["--env", "CANARY=canary-value", "--volume", "/data", "--label", "dbsave.target=x"]);
    const facts = await findContainer({ name: id }, { signal });
    expect(facts).toMatchObject({
      id,
      state: "running",
      image: docker("inspect", "--format", "{{.Config.Image}}", id),
      imageId: docker("inspect", "--format", "{{.Image}}", id),
      labels: { "dbsave.target": "x" },
      mounts: [
        { type: "volume", name: expect.stringMatching(/^[0-9a-f]{64}$/), destination: "/data", isWritable: true },
      ],
      networks: [{ name: "bridge", address: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) }],
    });
    expect(facts.environmentNames).toContain("CANARY");
    expect(inspect(facts, { depth: 9 })).not.toContain("canary-value");
  });

  it("is found again after it was recreated under another name", async (test) => {
    const labels = [
      "--label",
      `com.docker.compose.project=${unique}-again`,
      "--label",
      "com.docker.compose.service=db",
    ];
    const tools = containerTools({ container: { compose: `${unique}-again/db` } });
    const first = another(test, labels);
    expect(await version({ compose: "" }, tools)).toContain("17.");
    docker("stop", "--time", "1", first);
    another(test, labels);
    expect(await version({ compose: "" }, tools)).toContain("17.");
  });
});

describe("a container that cannot be used", () => {
  it("is SOURCE_NOT_FOUND when nothing matches", async (test) => {
    container(test);
    for (const selector of [{ compose: "no/such" }, { label: "dbsave.no=such" }, { name: "no-such" }]) {
      await expect(version(selector)).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
      await expect(findContainer(selector, { signal })).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    }
  });

  it("is SOURCE_AMBIGUOUS with the names when several run, but one-off containers do not count", async (test) => {
    const labels = ["--label", `com.docker.compose.project=${unique}`, "--label", "com.docker.compose.service=db"];
    another(test, [...labels, "--name", `${unique}-one`]);
    another(test, [...labels, "--name", `${unique}-run`, "--label", "com.docker.compose.oneoff=True"]);
    expect((await findContainer({ compose: `${unique}/db` }, { signal })).name).toBe(`${unique}-one`);
    another(test, [...labels, "--name", `${unique}-two`]);
    await expect(version({ compose: `${unique}/db` })).rejects.toMatchObject({
      code: "SOURCE_AMBIGUOUS",
      message: expect.stringMatching(new RegExp(`: ${unique}-(one|two), ${unique}-(one|two)$`)),
    });
  });

  it("is CONNECT_FAILED when it is stopped, paused or restarting, and can be described", async (test) => {
    const stopped = another(test, []);
    docker("stop", "--time", "1", stopped);
    const paused = another(test, []);
    docker("pause", paused);
    const restarting = another(test, ["--restart", "always"], ["false"]);
    await expect
      .poll(() => docker("inspect", "--format", "{{.State.Status}}", restarting), { timeout: 10_000 })
      .toBe("restarting");
    for (const [name, state] of [
      [stopped, "exited"],
      [paused, "paused"],
    ] as const) {
      await expect(version({ name })).rejects.toMatchObject({
        code: "CONNECT_FAILED",
        message: expect.stringContaining(state),
      });
      expect((await findContainer({ name }, { signal })).state).toBe(state);
    }
    await expect(version({ name: restarting })).rejects.toMatchObject({ code: "CONNECT_FAILED" });
    docker("unpause", paused);
  });

  it("fails the tool that runs when it is killed or removed", async (test) => {
    for (const command of ["kill", "rm"]) {
      const id = another(test, ["--name", `${unique}-${command}`]);
      const tools = containerTools({ container: { name: id } });
      const { stdout, done } = tools.run("sh", ["-c", "echo half; sleep 600"], { signal });
      done.catch(() => undefined);
      await once(stdout, "readable");
      if (command === "rm") docker("rename", id, `${id.slice(0, 12)}-gone`);
      docker("kill", id);
      await expect(done).rejects.toMatchObject({ code: "TOOL_FAILED", message: expect.stringContaining("stopped") });
      await expect(text(stdout)).rejects.toMatchObject({ code: "TOOL_FAILED" });
    }
  });

  it("is OPTIONS_INVALID at once when the selector cannot mean any", () => {
    for (const selector of [
      { compose: "shop" },
      { compose: "a/b/c" },
      { compose: "/db" },
      { label: "" },
      { name: "a b" },
    ]) {
      expect(() => containerTools({ container: selector })).toThrow(
        expect.objectContaining({ code: "OPTIONS_INVALID" }) as Error,
      );
    }
  });
});

describe("an engine that cannot be used", () => {
  const at = (address: string) => findContainer({ name: "any" }, { signal, env: { DOCKER_HOST: address } });

  it("is CONNECT_FAILED when nothing listens there", async () => {
    await expect(at("unix:///nowhere/docker.sock")).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      message: expect.stringContaining("unix:///nowhere/docker.sock"),
    });
    await expect(at("tcp://127.0.0.1:9")).rejects.toMatchObject({ code: "CONNECT_FAILED" });
  });

  it("is PERMISSION_DENIED when its socket may not be opened", async (test) => {
    if (process.getuid?.() !== 0) test.skip("needs root to be another user");
    await using dir = await scripts();
    const socket = dir.path("docker.sock");
    const server = createServer().listen(socket);
    await once(server, "listening");
    const program = `
      import { findContainer } from ${JSON.stringify(join(import.meta.dirname, "../src/index.ts"))};
      process.setgid(65534); process.setuid(65534);
      const options = { signal: new AbortController().signal, env: { DOCKER_HOST: process.argv[1] } };
      await findContainer({ name: "any" }, options).catch((error) => console.log(error.code));`;
    await chmod(dir.directory, 0o755);
    await chmod(socket, 0o600);
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program, `unix://${socket}`]);
    expect((await text(child.stdout)).trim(), await text(child.stderr)).toBe("PERMISSION_DENIED");
    server.close();
  });

  it("is UNSUPPORTED over ssh and OPTIONS_INVALID where DOCKER_HOST is no address", async () => {
    await expect(at("ssh://root@db")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    for (const address of ["docker.sock", "unix://", "ftp://x"]) {
      await expect(at(address)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    }
  });

  it("is the one that was named, whatever this process's own environment says", async (test) => {
    const { id } = container(test);
    const before = process.env["DOCKER_HOST"];
    process.env["DOCKER_HOST"] = "tcp://127.0.0.1:9";
    onTestFinished(() => {
      if (before === undefined) delete process.env["DOCKER_HOST"];
      else process.env["DOCKER_HOST"] = before;
    });
    expect((await findContainer({ name: id }, { signal })).id).toBe(id);
  });
});

it("a secret is in no event of the engine and in no description of what runs", async (test) => {
  const { id } = container(test);
  const since = String(Math.floor(Date.now() / 1000) - 1);
  const secret = "canary-5up3r-s3cret";
  const controller = new AbortController();
  const tools = containerTools({ container: { name: id }, killAfterMs: 300 });
  const env = { PGPASSWORD: new Secret(secret) };
  const { stdout, done } = tools.run("sh", ["-c", "echo on; sleep 600"], { signal: controller.signal, env });
  done.catch(() => undefined);
  await once(stdout, "readable");
  expect(docker("top", id, "-eo", "pid,args")).toContain("sleep 600");
  expect(docker("top", id, "-eo", "pid,args")).not.toContain(secret);
  expect(docker("inspect", id)).not.toContain(secret);
  controller.abort();
  await expect(done).rejects.toMatchObject({ code: "ABORTED" });
  const until = String(Math.ceil(Date.now() / 1000));
  const events = docker("events", "--since", since, "--until", until, "--filter", `container=${id}`);
  expect(events).toContain("exec_create: sh -c echo on");
  expect(events).not.toContain(secret);
});

it("a tool that cannot be ended, because the image has no grep, is named as perhaps running", async (test) => {
  const id = another(test, ["--user", "0"]);
  const controller = new AbortController();
  const tools = containerTools({ container: { name: id }, killAfterMs: 300 });
  const { stdout, done } = tools.run("sleep", ["600"], { signal: controller.signal });
  stdout.resume();
  done.catch(() => undefined);
  await expect
    .poll(() => docker("top", id, "-eo", "pid,args"), { timeout: 10_000 })
    .toMatch(/sleep 600[\s\S]*sleep 600/);
  docker("exec", id, "rm", "/usr/bin/grep");
  controller.abort();
  await expect(done).rejects.toMatchObject({ code: "ABORTED", message: expect.stringContaining("it may still run") });
});
