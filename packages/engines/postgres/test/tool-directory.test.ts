import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { makeToolDirectory } from "../src/tools/tool-directory.ts";
import { toolText } from "../src/tools/tool-text.ts";
import { testContext, tools } from "./support/context.ts";
import { testServer } from "./support/server.ts";

const holder = fileURLToPath(new URL("support/hold-directory.ts", import.meta.url));

/** The file that a process keeps, which is then killed. */
async function keptByTheKilled(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ["--conditions=@dbsave/source", holder, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [path] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  child.kill("SIGKILL");
  await once(child, "close");
  return path.trim();
}

it("a private directory for plain data holds what was written, and goes when it is given up", async () => {
  await using ctx = await testContext();
  const directory = await makeToolDirectory(tools, ctx);
  const path = await directory.write("dump", Readable.from([Buffer.alloc(3_000_000, "x")]));
  expect((await stat(path)).size).toBe(3_000_000);
  expect((await stat(directory.path)).mode & 0o777).toBe(0o700);
  await expect(directory.refuseWithout(2 ** 60)).rejects.toMatchObject({ code: "NO_SPACE" });
  await directory[Symbol.asyncDispose]();
  await expect(stat(directory.path)).rejects.toMatchObject({ code: "ENOENT" });
});

it("a body that fails at its end is not taken for whole", async () => {
  await using ctx = await testContext();
  await using directory = await makeToolDirectory(tools, ctx);
  const cut = Readable.from(
    (function* () {
      yield Buffer.from("half");
      throw new Error("not the bytes that were stored");
    })(),
    { objectMode: false },
  );
  await expect(directory.write("dump", cut)).rejects.toThrow("not the bytes that were stored");
});

it("plain data goes when dbsave is killed, on this machine", { timeout: 60_000 }, async () => {
  await using ctx = await testContext();
  const path = await keptByTheKilled(ctx.scratchDir);
  await expect.poll(() => stat(path).catch(({ code }: { code: string }) => code), { timeout: 20_000 }).toBe("ENOENT");
});

it("plain data goes when dbsave is killed, in a container", { timeout: 120_000 }, async (test) => {
  const server = await testServer(test, "17");
  const { container } = server.own;
  if (container === undefined) return test.skip("needs docker");
  await using ctx = await server.context();
  const path = await keptByTheKilled(ctx.scratchDir, container.name);
  const there = (): Promise<string> => toolText(ctx.tools, "find", ["/tmp", "-path", path], { signal: ctx.signal });
  await expect.poll(there, { timeout: 20_000 }).toBe("");
});
