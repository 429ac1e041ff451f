import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerImage, ServerPlace, ServerRunner } from "@dbsave/core";
import { docker } from "@dbsave/testbed";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { captureText, containerServers, throwAwayServers } from "../src/index.ts";
import { container } from "./docker.ts";

const { signal } = new AbortController();
const root = await mkdtemp(join(tmpdir(), "dbsave-t-"));
afterAll(() => rm(root, { recursive: true }));

const digest = `postgres@sha256:${"0".repeat(64)}`;
const gone: ServerImage = { name: "postgres:17", id: `sha256:${"1".repeat(64)}`, digest };

function imageOf(test: TestContext): ServerImage {
  const name = docker("inspect", "--format", "{{.Config.Image}}", container(test).id);
  return { name, id: docker("image", "inspect", "--format", "{{.Id}}", name) };
}

/** What `program` prints in a place of `runner`, beside a server that does nothing. */
async function printedBy(runner: ServerRunner, image: ServerImage | undefined, program: string): Promise<string> {
  let printed = "";
  const describing = async ({ tools }: ServerPlace) => {
    printed = await captureText(tools, program, ["--version"], { signal });
    return { tool: "sleep", args: ["600"], ready: async () => true };
  };
  const server = await runner.start(describing, { name: "small", signal, ...(image && { image }) });
  await server[Symbol.asyncDispose]();
  return printed;
}

describe("a throw-away server of the image that a backup remembers", () => {
  it("needs no container of that image", async (test) => {
    expect(await printedBy(containerServers({ root }), imageOf(test), "pg_dump")).toContain("(PostgreSQL) 17.");
    expect(await printedBy(throwAwayServers({ root }), imageOf(test), "pg_dump")).toContain("(PostgreSQL) 17.");
  });

  it("is of the container's image where that one is gone", async (test) => {
    const like = { compose: container(test).compose };
    expect(await printedBy(containerServers({ root, like }), gone, "pg_dump")).toContain("(PostgreSQL) 17.");
  });

  it("is TOOL_MISSING with the digest to pull when image and container are gone", async (test) => {
    container(test);
    const missing = { code: "TOOL_MISSING", message: expect.stringContaining(digest), hint: `docker pull ${digest}` };
    const like = { compose: "no/such" };
    await expect(printedBy(containerServers({ root, like }), gone, "pg_dump")).rejects.toMatchObject(missing);
    await expect(printedBy(throwAwayServers({ root }), gone, "no-such-program")).rejects.toMatchObject(missing);
  });

  it("is made of the programs of this machine where there is no engine or no image, if they are there", async () => {
    const env = { ...process.env, DOCKER_HOST: "unix:///nowhere/docker.sock" };
    const here = await printedBy(throwAwayServers({ root, env: process.env }), undefined, process.execPath);
    expect(await printedBy(throwAwayServers({ root, env }), gone, process.execPath)).toBe(here);
    await expect(printedBy(throwAwayServers({ root, env }), gone, "no-such-program")).rejects.toMatchObject({
      code: "CONNECT_FAILED",
    });
  });
});
