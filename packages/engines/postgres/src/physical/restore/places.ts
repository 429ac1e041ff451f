import { lstat, readdir, rm, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { DbsaveError, type Finding, systemCode } from "@dbsave/core";
import type { PhysicalContents } from "../contents.ts";
import type { Ownership } from "./ownership.ts";

/** What is where a directory shall be. */
export type Place = "free" | "empty" | "taken";

/** PERMISSION_DENIED when this user may not look. */
export async function placeAt(path: string): Promise<Place> {
  try {
    return (await readdir(path)).length === 0 ? "empty" : "taken";
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT") return "free";
    if (code === "ENOTDIR") return "taken";
    if (code === "EACCES" || code === "EPERM")
      throw new DbsaveError("PERMISSION_DENIED", `postgres: restore: this user may not look into ${path}`, {
        cause: error,
        hint: "Restore as the user who owns the place, or as root.",
      });
    throw error;
  }
}

export interface RestorePlaces {
  /** The data directory to be. */
  readonly directory: string;
  /** By the oid of the tablespace. */
  readonly tablespaces: ReadonlyMap<number, string>;
}

/**
 * OPTIONS_INVALID unless all are absolute paths and none is within another, and for a tablespace to move that is not in the
 * backup. Tablespaces go to where they were, or where `moved` says.
 */
export function restorePlaces(
  directory: string,
  { tablespaces }: Pick<PhysicalContents, "tablespaces">,
  moved: ReadonlyMap<string, string> = new Map(),
): RestorePlaces {
  const known = tablespaces.map(({ location }) => location);
  for (const location of moved.keys()) {
    if (!known.includes(location))
      throw new DbsaveError("OPTIONS_INVALID", `postgres: no tablespace of the backup was in ${location}`, {
        hint: known.length === 0 ? "It has none." : `They were in ${known.join(", ")}.`,
      });
  }
  const places = new Map(tablespaces.map(({ oid, location }) => [oid, moved.get(location) ?? location]));
  const roots = [directory, ...places.values()];
  for (const path of roots) {
    if (!isAbsolute(path) || path.includes("\n"))
      throw new DbsaveError("OPTIONS_INVALID", `postgres: a physical restore needs absolute paths: ${path}`, {
        hint: "Name it like /srv/restored.",
      });
  }
  for (const [index, path] of roots.entries()) {
    const outer = roots.find((other, at) => at !== index && isWithin(path, other));
    if (outer !== undefined)
      throw new DbsaveError("OPTIONS_INVALID", `postgres: ${path} is not a place apart from ${outer}`, {
        hint: "Move the tablespace to a directory of its own: --tablespace OLD=NEW",
      });
  }
  return { directory, tablespaces: places };
}

function isWithin(path: string, outer: string): boolean {
  return `${resolve(path)}/`.startsWith(`${resolve(outer)}/`);
}

/** What prevents a restore. Whatever holds `postmaster.pid` is taken for a running server: whether it is cannot be known. */
export async function findObstacles(
  { directory, tablespaces }: RestorePlaces,
  force: boolean,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const say = (code: Finding["code"], object: string, message: string, fix: string): void =>
    void findings.push({ severity: "error", code, object, message, fix });
  if ((await placeAt(directory)) === "taken") {
    if (await exists(join(directory, "postmaster.pid"))) {
      const fix = "Stop it; if none runs, remove postmaster.pid.";
      say("TARGET_BUSY", directory, "a server runs there, or died there", fix);
    } else if (force) {
      if (await isMount(directory))
        say("TARGET_BUSY", directory, "it is a mount and cannot be moved aside", "Empty it, or restore elsewhere.");
    } else if (await isInterrupted(directory)) {
      const what = "a restore into it was interrupted, no server can start there";
      say("TARGET_NOT_EMPTY", directory, what, "Remove it, or use --force to move it aside.");
    } else {
      const fix = "Restore elsewhere, or use --force to move it aside.";
      say("TARGET_NOT_EMPTY", directory, "the directory is not empty", fix);
    }
  }
  for (const location of tablespaces.values()) {
    if ((await placeAt(location)) === "taken")
      say("TARGET_NOT_EMPTY", location, "the directory of a tablespace is not empty", "Empty it, or name another one.");
  }
  return findings;
}

/** Root gives the files to whom the directory belongs already; what nobody has yet, to whom the server's files belonged. */
export async function ownershipAt(path: string): Promise<Ownership> {
  if (process.getuid?.() !== 0) return null;
  const there = await lstat(path).catch(() => null);
  return there === null || there.uid === 0 ? "as archived" : { uid: there.uid, gid: there.gid };
}

/** Removes what is in the directory, not the directory. */
export async function clear(path: string): Promise<void> {
  for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true });
}

/** A restore makes the control file last. */
async function isInterrupted(directory: string): Promise<boolean> {
  return (await exists(join(directory, "PG_VERSION"))) && !(await exists(join(directory, "global/pg_control")));
}

/** As far as that shows: one of a directory of the same file system does not. */
async function isMount(directory: string): Promise<boolean> {
  const [own, outer] = [await stat(directory), await stat(dirname(directory))];
  return own.isDirectory() && own.dev !== outer.dev;
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}
