import { hash } from "node:crypto";
import { isAlive, processIdentity } from "./process-identity.ts";

/**
 * This process in at most 40 characters, for the name of something that may outlive it: there is no moment in which that
 * belongs to nobody.
 */
export function processMark(): string {
  const { pid, startTime } = processIdentity();
  return `${placeOf()}-${pid}-${startTime}`;
}

/** As `isAlive`, of the process that a mark names; undefined for a text that is no mark. */
export function isMarkedAlive(mark: string): ReturnType<typeof isAlive> | undefined {
  const [, place, pid, startTime = ""] = /^([0-9a-f]{8})-(\d+)-(\d*)$/.exec(mark) ?? [];
  if (place === undefined) return undefined;
  return place === placeOf() ? isAlive({ ...processIdentity(), pid: Number(pid), startTime }) : "unknown";
}

/** Where process numbers are comparable: this host, boot and process namespace. */
function placeOf(): string {
  const { host, bootId, pidNamespace } = processIdentity();
  return hash("sha256", [host, bootId, pidNamespace].join("\n")).slice(0, 8);
}
