import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { isAlive, type ProcessIdentity, processIdentity } from "../src/index.ts";

const here = processIdentity();

describe("isAlive", () => {
  it("knows this process, whose identity does not change", () => {
    expect(processIdentity()).toEqual(here);
    expect(isAlive(here)).toBe("alive");
  });

  it("knows another process until it ends", async (test) => {
    if (process.platform !== "linux") test.skip("start times are read from /proc");
    const child = spawn("sleep", ["60"]);
    const other = await identityOf(child.pid ?? 0);
    expect(isAlive(other)).toBe("alive");
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    expect(isAlive(other)).toBe("dead");
  });

  it("takes a process that ended for dead, also while its parent takes no notice", async (test) => {
    if (process.platform !== "linux") test.skip("start times are read from /proc");
    const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 60"]);
    onTestFinished(() => void parent.kill("SIGKILL"));
    const [said] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(said.toString());
    const other = await identityOf(pid);
    await vi.waitUntil(async () => (await statOf(pid)).includes(" Z "), { timeout: 5_000 });
    expect(isAlive(other)).toBe("dead");
  });

  it("takes a number that was given to a later process for dead", (test) => {
    if (here.startTime === "") test.skip("this system tells no start times");
    expect(isAlive({ ...here, startTime: "1" })).toBe("dead");
  });

  it("takes a number that no process has for dead", () => {
    expect(isAlive({ ...here, pid: 2 ** 30 })).toBe("dead");
  });

  it.each([
    ["host", "elsewhere"],
    ["bootId", "11111111-2222-3333-4444-555555555555"],
    ["pidNamespace", "1"],
  ] as const)("does not know processes of another %s", (field, value) => {
    expect(isAlive({ ...here, [field]: value })).toBe("unknown");
    expect(isAlive({ ...here, [field]: value, pid: 2 ** 30 })).toBe("unknown");
  });
});

async function identityOf(pid: number): Promise<ProcessIdentity> {
  return { ...here, pid, startTime: (await statOf(pid)).split(" ")[21] ?? "" };
}

async function statOf(pid: number): Promise<string> {
  return await readFile(`/proc/${pid}/stat`, "utf8");
}
