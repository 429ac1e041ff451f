import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { Readable, Writable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { isDbsaveError, Secret } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { hostTools } from "../src/index.ts";
import { isAlive, scripts } from "./scripts.ts";

const tools = hostTools({ env: process.env, killAfterMs: 300 });
const { signal } = new AbortController();

const failure = async (work: Promise<unknown>): Promise<Error & { readonly code: string }> =>
  work.then(
    () => expect.unreachable("it should have failed"),
    (error) => error,
  );

describe("what a tool gets", () => {
  it("gets its arguments as they are, because there is no shell", async () => {
    const odd = ["a b", "$(echo pwned)", "; exit 3", "'\"", "*", "", "line\nbreak", "ünï"];
    const program = "process.stdout.write(JSON.stringify(process.argv.slice(1)))";
    const { stdout, done } = tools.run("node", ["-e", program, "--", ...odd], { signal });
    expect(JSON.parse(await text(stdout))).toEqual(odd);
    await done;
  });

  it("gets a minimal environment and what it was given, and nothing else of the application", async () => {
    const { PATH } = process.env;
    const host = { PATH, HOME: "/home/x", TZ: "UTC", CANARY: "leak", PGPASSWORD: "leak" };
    const env = { PGUSER: "backup", PGPASSWORD: new Secret("hunter2") };
    const { stdout } = hostTools({ env: host }).run("env", [], { signal, env });
    const lines = (await text(stdout)).trim().split("\n");
    expect(lines.toSorted()).toEqual(
      [
        `PATH=${PATH}`,
        "HOME=/home/x",
        "TZ=UTC",
        "LANG=C.UTF-8",
        "LC_ALL=C.UTF-8",
        "PGUSER=backup",
        "PGPASSWORD=hunter2",
      ].toSorted(),
    );
  });

  it("is found in the system directories when no environment was handed in", async () => {
    expect(await text(hostTools().run("echo", ["found"], { signal }).stdout)).toBe("found\n");
  });

  it("runs in the directory it was given", async () => {
    await using dir = await scripts();
    const { stdout } = tools.run("pwd", ["-P"], { signal, cwd: dir.directory });
    expect((await text(stdout)).trim()).toBe(dir.directory);
  });

  it("streams its input with backpressure and sees its end", async () => {
    const chunk = Buffer.alloc(1 << 20, "x");
    const expected = createHash("sha256");
    const input = Readable.from(
      (function* () {
        for (let i = 0; i < 48; i++) {
          expected.update(chunk);
          yield chunk;
        }
      })(),
    );
    const { stdout, done } = tools.run("sha256sum", [], { signal, input });
    expect((await text(stdout)).slice(0, 64)).toBe(expected.digest("hex"));
    await done;
  });

  it("may stop reading early: its exit status decides, and the input is closed", async () => {
    const input = Readable.from(endless());
    const { stdout, done } = tools.run("head", ["-c", "3"], { signal, input });
    expect(await text(stdout)).toBe("xxx");
    await done;
    expect(input.destroyed).toBe(true);
  });
});

describe("a tool that fails", () => {
  it("fails stdout and done, so that half an output never looks whole", async () => {
    await using dir = await scripts();
    const dump = await dir.add("dump", "echo half; echo 'disk on fire' >&2; exit 3");
    const { stdout, done } = tools.run(dump, [], { signal });
    const taken: Buffer[] = [];
    const sink = new Writable({ write: (chunk, _encoding, next) => next(void taken.push(chunk)) });
    const error = await failure(pipeline(stdout, sink));
    expect(Buffer.concat(taken).toString()).toBe("half\n");
    expect(error).toMatchObject({ code: "TOOL_FAILED", message: `${dump}: exit status 3: disk on fire` });
    expect(await failure(done)).toBe(error);
  });

  it("says so when it printed no reason", async () => {
    expect(await failure(tools.run("false", [], { signal }).done)).toMatchObject({
      message: "false: exit status 1: it printed no reason",
    });
  });

  it("is named with the signal that killed it", async () => {
    const error = await failure(tools.run("sh", ["-c", "kill -9 $$"], { signal }).done);
    expect(error).toMatchObject({ code: "TOOL_FAILED", message: "sh: killed by SIGKILL: it printed no reason" });
    expect(inspect(error)).toContain("dmesg");
  });

  it("never shows its arguments, nor the secrets of its environment in any form", async () => {
    const secret = "p@ss word/1";
    const lines = "-----KEY-----\nabcdefgh\n";
    const body = `printf '%s\\n' "url //u:p%40ss%20word%2F1@db" "$PW" >&2; printf %s "$KEY" | tac >&2; exit 1`;
    const env = { PW: new Secret(secret), KEY: new Secret(lines) };
    const error = await failure(tools.run("sh", ["-c", body, "arg-canary"], { signal, env }).done);
    expect(error.message).toBe("sh: exit status 1: url //u:***@db | *** | *** | ***");
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/arg-canary|abcdefgh|ss word/);
  });

  it("does not show the end of a secret whose start fell out of the remembered part", async () => {
    const secret = "S3CRET".repeat(400);
    const body = `printf '%s' "$PW" >&2; head -c 8192 /dev/zero | tr '\\0' . >&2; exit 1`;
    const error = await failure(tools.run("sh", ["-c", body], { signal, env: { PW: new Secret(secret) } }).done);
    expect(error.message).not.toContain("CRET");
    expect(error.message).toMatch(/\.{1000}$/);
  });

  it("cannot write control characters into our messages", async () => {
    const error = await failure(
      tools
        .run("printf", ["\\033[2Jred\\rforged\\tline\\n"], { signal })
        .done.then(() =>
          failure(tools.run("sh", ["-c", "printf '\\033[2Jred\\rforged\\tline\\n' >&2; exit 1"], { signal }).done).then(
            (reason) => Promise.reject(reason),
          ),
        ),
    );
    expect(error.message).toBe("sh: exit status 1: \\u{1b}[2Jred | forged line");
  });

  it("may flood stderr: only its end is kept", async () => {
    const body = "head -c 50000000 /dev/zero | tr '\\0' '\\n' >&2; seq 1 100 >&2; exit 1";
    const error = await failure(tools.run("sh", ["-c", body], { signal }).done);
    expect(error.message).toBe("sh: exit status 1: 91 | 92 | 93 | 94 | 95 | 96 | 97 | 98 | 99 | 100");
  });
});

describe("a tool that cannot start", () => {
  it("is TOOL_MISSING with the path that was searched", async () => {
    const { stdout, done } = hostTools({ env: { PATH: "/nowhere" } }).run("pg_dump", ["--x"], { signal });
    expect(await failure(done)).toMatchObject({
      code: "TOOL_MISSING",
      message: "pg_dump: no such program in /nowhere",
    });
    expect(await failure(buffer(stdout))).toMatchObject({ code: "TOOL_MISSING" });
  });

  it("is TOOL_MISSING with input waiting, too", async () => {
    const input = Readable.from(endless());
    expect(await failure(tools.run("no-such-tool", [], { signal, input }).done)).toMatchObject({
      code: "TOOL_MISSING",
    });
    expect(input.destroyed).toBe(true);
  });

  it("is PERMISSION_DENIED when it is not executable", async () => {
    await using dir = await scripts();
    const plain = await dir.add("plain", "exit 0");
    await chmod(plain, 0o644);
    expect(await failure(tools.run(plain, [], { signal }).done)).toMatchObject({ code: "PERMISSION_DENIED" });
  });

  it.each([
    ["a NUL byte in an argument", "echo", ["a\0b"], {}],
    ["a missing working directory", "echo", [], { cwd: "/no/such/place" }],
  ] as const)("is OPTIONS_INVALID with %s", async (_what, tool, args, options) => {
    expect(await failure(tools.run(tool, args, { signal, ...options }).done)).toMatchObject({
      code: "OPTIONS_INVALID",
    });
  });

  it("is never started when the run is already cancelled", async () => {
    await using dir = await scripts();
    const touch = await dir.add("mark", `touch ${dir.path("started")}`);
    const { stdout, done } = tools.run(touch, [], { signal: AbortSignal.abort() });
    expect(await failure(done)).toMatchObject({ code: "ABORTED" });
    expect(await failure(buffer(stdout))).toMatchObject({ code: "ABORTED" });
    expect(existsSync(dir.path("started"))).toBe(false);
  });
});

describe("a tool that must stop", () => {
  it("is killed with its whole process tree when the run is cancelled, even if it ignores SIGTERM", async () => {
    await using dir = await scripts();
    const tree = await dir.add(
      "tree",
      "trap '' TERM; (trap '' TERM; echo $$; sleep 600) & (trap '' TERM; exec sleep 600 >/dev/null 2>&1) & echo $!; wait",
    );
    const controller = new AbortController();
    const { stdout, done } = tools.run(tree, [], { signal: controller.signal });
    const pids: number[] = [];
    for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
      pids.push(...String(chunk).trim().split(/\s+/).map(Number));
      if (pids.length >= 2) break;
    }
    expect(pids.every(isAlive)).toBe(true);
    controller.abort();
    expect(await failure(done)).toMatchObject({ code: "ABORTED", message: `${tree}: cancelled` });
    expect(await failure(buffer(stdout))).toMatchObject({ code: "ABORTED" });
    await expect.poll(() => pids.filter(isAlive), { timeout: 2000 }).toEqual([]);
  });

  it("is TIMED_OUT when it neither reads nor writes", async () => {
    let produced = 0;
    const input = Readable.from(endless(() => produced++));
    const { stdout, done } = tools.run("sleep", ["600"], { signal, input, stallTimeoutMs: 200 });
    expect(await failure(done)).toMatchObject({
      code: "TIMED_OUT",
      message: "sleep: it neither read nor wrote for 200 ms",
    });
    expect(await failure(buffer(stdout))).toMatchObject({ code: "TIMED_OUT" });
    expect(produced * 65_536, "input that was read ahead of a tool that reads nothing").toBeLessThan(4 << 20);
  });

  it("is not blamed for a slow reader or a slow input", async () => {
    const input = Readable.from(
      (async function* () {
        yield Buffer.alloc(8 << 20, "x");
        await setTimeout(1000);
        yield "end";
      })(),
    );
    const { stdout, done } = tools.run("cat", [], { signal, input, stallTimeoutMs: 400 });
    await setTimeout(1000);
    let size = 0;
    for await (const chunk of stdout) size += chunk.length;
    await done;
    expect(size).toBe((8 << 20) + 3);
  });

  it("is not blamed for the time in which this process itself stood still", async () => {
    const { stdout, done } = tools.run("sh", ["-c", "sleep 0.1; echo late"], { signal, stallTimeoutMs: 400 });
    await setTimeout(50);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    expect(await text(stdout)).toBe("late\n");
    await done;
  });

  it("never sees a regular end of an input that failed", async () => {
    await using dir = await scripts();
    const restore = await dir.add("restore", `cat >/dev/null; echo committed > ${dir.path("marker")}`);
    const input = Readable.from(
      (async function* () {
        yield "half of it";
        throw Object.assign(new Error("write: no space left"), { code: "ENOSPC" });
      })(),
    );
    expect(await failure(tools.run(restore, [], { signal, input }).done)).toMatchObject({
      code: "NO_SPACE",
      message: `${restore}: its input failed: write: no space left`,
    });
    expect(existsSync(dir.path("marker"))).toBe(false);
  });

  it("is stopped when its input is cut off without an error", async () => {
    const input = new Readable({ read() {} });
    input.push("half");
    const { done } = tools.run("cat", [], { signal, input });
    input.destroy();
    expect(await failure(done)).toMatchObject({ code: "TOOL_FAILED" });
  });

  it("is stopped when nobody wants its output any more, for the reader's reason", async () => {
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const sink = new Writable({ write: (_chunk, _encoding, next) => next(full) });
    const { stdout, done } = tools.run("yes", [], { signal });
    expect(await failure(pipeline(stdout, sink))).toBe(full);
    expect(await failure(done)).toMatchObject({ code: "NO_SPACE" });

    const given = tools.run("yes", [], { signal });
    given.stdout.destroy();
    expect(await failure(given.done)).toMatchObject({
      code: "TOOL_FAILED",
      message: "yes: its output was not read to the end",
    });
  });
});

it("passes a large output unchanged in bounded memory", async () => {
  const before = process.memoryUsage.rss();
  let peak = before;
  let size = 0;
  const hash = createHash("sha256");
  const { stdout, done } = tools.run("head", ["-c", "300000000", "/dev/zero"], { signal });
  for await (const chunk of stdout) {
    size += chunk.length;
    hash.update(chunk);
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  await done;
  expect(size).toBe(300_000_000);
  expect(hash.digest("hex")).toBe(createHash("sha256").update(Buffer.alloc(300_000_000)).digest("hex"));
  expect(peak - before).toBeLessThan(120 << 20);
});

it("leaves nothing of an exec error in the message of a missing file", async () => {
  await using dir = await scripts();
  await writeFile(dir.path("x"), "");
  const error = await failure(tools.run(dir.path("absent"), ["--password=canary"], { signal }).done);
  expect(isDbsaveError(error, "TOOL_MISSING")).toBe(true);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("canary");
  expect(await readFile(dir.path("x"), "utf8")).toBe("");
});

function* endless(onChunk: () => void = () => {}): Generator<Buffer> {
  const chunk = Buffer.alloc(65_536, "x");
  for (;;) {
    onChunk();
    yield chunk;
  }
}
