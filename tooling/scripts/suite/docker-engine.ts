import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { works } from "./needs.ts";

const patienceMs = 60_000;

/**
 * Starts the installed Docker engine for this run when none answers, as root. Its images stay on the machine and are there for
 * the next run. Returns what stops it again, once, with all its containers; what does nothing when an engine was there already.
 */
export function startDockerEngine(): () => void {
  const isAnswering = (): boolean => works(["docker", "version"]);
  if (isAnswering() || process.getuid?.() !== 0 || !works(["dockerd", "--version"])) return () => {};
  const folder = mkdtempSync(join(tmpdir(), "dbsave-dockerd-"));
  const log = join(folder, "log");
  const output = openSync(log, "a");
  const engine = spawn("dockerd", [], { detached: true, stdio: ["ignore", output, output] });
  const { pid } = engine;
  if (pid === undefined) return () => {};
  engine.unref();
  console.log(`Tests use Docker: started dockerd for this run (process ${pid}, log ${log}).`);
  if (!eventually(isAnswering)) {
    console.log(
      `It does not answer: tests in containers are skipped by name.\n${readFileSync(log, "utf8").slice(-2000)}`,
    );
  }
  let isStopped = false;
  return () => {
    if (isStopped) return;
    isStopped = true;
    if (isRunning(pid)) process.kill(pid, "SIGTERM");
    const isGone = eventually(() => !isRunning(pid));
    console.log(isGone ? "Stopped dockerd again." : `dockerd (process ${pid}) does not stop.`);
    rmSync(folder, { recursive: true });
  };
}

function eventually(isSo: () => boolean): boolean {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    if (isSo()) return true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  return false;
}

/** A process that ended is not collected while this one waits without its event loop. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !stat.slice(stat.lastIndexOf(")")).startsWith(") Z");
  } catch {
    return false;
  }
}
