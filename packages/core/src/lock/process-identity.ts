import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemCode } from "../fs/fs-port.ts";

/** Tells one process from every other one, also from a later one with the same number. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes with every start of the host's kernel; empty where the system does not tell. */
  readonly bootId: string;
  /** Process numbers mean something only within it (a container has its own); empty where there are none. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** In the system's own unit since the boot; empty where the system does not tell. */
  readonly startTime: string;
}

/** This process. Reads `/proc` where there is one. */
export function processIdentity(): ProcessIdentity {
  const { pid } = process;
  return { host: hostname(), bootId: bootId(), pidNamespace: pidNamespace(), pid, startTime: startTime(pid) ?? "" };
}

/**
 * `dead` and `alive` only where this process can know: the same host, boot and process namespace. Everything else, such as
 * a process in another container, is `unknown`. Where start times are not to be had, a later process with the same number
 * passes for `alive`.
 */
export function isAlive(identity: ProcessIdentity): "alive" | "dead" | "unknown" {
  const here = processIdentity();
  // The name as well, because copies of one virtual machine share a boot.
  const sharedFields = ["host", "bootId", "pidNamespace"] as const;
  if (sharedFields.some((field) => identity[field] !== here[field])) return "unknown";
  if (here.startTime === "") return answersSignals(identity.pid);
  const started = startTime(identity.pid);
  if (started !== undefined) return started === identity.startTime ? "alive" : "dead";
  // Processes of other users can be hidden from `/proc`, but not from signals.
  return answersSignals(identity.pid) === "dead" ? "dead" : "unknown";
}

function bootId(): string {
  return readSystemFile("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  } catch {
    return "";
  }
}

/** Undefined when no such process can be seen; equal to no start time for one that ended and waits for its parent. */
function startTime(pid: number): string | undefined {
  const stat = readSystemFile(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  return state === "Z" ? "ended" : fields[18];
}

function readSystemFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function answersSignals(pid: number): "alive" | "dead" {
  try {
    process.kill(pid, 0);
    return "alive";
  } catch (error) {
    return systemCode(error) === "ESRCH" ? "dead" : "alive";
  }
}
