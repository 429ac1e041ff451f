import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Finding, nodeFs, systemCode, toDbsaveError } from "@dbsave/core";

/** What SQLite keeps beside a database, by the end of its name. A database must never meet those of another one. */
export const companionSuffixes = ["-wal", "-shm", "-journal"] as const;

/** Where a restore is to go, and what is there. */
export interface RestorePlace {
  /** The file itself: links to it are followed once, here, and stay as they are. */
  readonly path: string;
  readonly directory: string;
  /** The database that is there and whatever lies beside it, by full path; empty when the place is free. */
  readonly occupants: readonly string[];
  readonly hasDatabase: boolean;
  /** What an earlier restore that did not finish left, and databases it moved aside. */
  readonly leftovers: readonly string[];
}

/**
 * In place of it OPTIONS_INVALID, when the directory is missing, it is a directory or a link to nowhere, or ends in white space, and
 * PERMISSION_DENIED when this user may not look. Changes nothing.
 */
export async function examinePlace(asked: string): Promise<RestorePlace | Finding> {
  const path = await realPlace(asked);
  if (typeof path !== "string") return path;
  if (path !== path.trim()) return invalid(path, "it ends in white space, which the SQLite library would cut off");
  const directory = dirname(path);
  const name = basename(path);
  const entries = await nodeFs.list(directory).catch((error: unknown) => unreachable(directory, error));
  if ("severity" in entries) return entries;
  const self = entries.find((entry) => entry.name === name);
  if (self !== undefined && self.kind !== "file") return invalid(path, "not a file");
  const names = new Set(entries.map((entry) => entry.name));
  const family = [name, ...companionSuffixes.map((suffix) => name + suffix)];
  return {
    path,
    directory,
    occupants: family.filter((member) => names.has(member)).map((member) => join(directory, member)),
    hasDatabase: self !== undefined,
    leftovers: [...names].filter((other) => isLeftover(name, other)).map((other) => join(directory, other)),
  };
}

/** A name for the new database until it is whole. */
export function temporaryName({ path, directory }: RestorePlace, id: string): string {
  return join(directory, `.${basename(path)}.${id}.restoring`);
}

/** The name under which the old database goes on; it is a working database together with its companions. */
export function asideName({ path }: RestorePlace, now: Date): string {
  return `${path}.before-restore-${now.toISOString().replaceAll(/[-:.]/g, "")}`;
}

function isLeftover(name: string, other: string): boolean {
  return (other.startsWith(`.${name}.`) && other.endsWith(".restoring")) || other.startsWith(`${name}.before-restore-`);
}

async function realPlace(asked: string): Promise<string | Finding> {
  try {
    return await realpath(asked);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") return unreachable(asked, error);
  }
  try {
    if (await isDangling(asked)) return invalid(asked, "a link to nowhere");
    return join(await realpath(dirname(asked)), basename(asked));
  } catch (error) {
    return systemCode(error) === "ENOENT" ? invalid(dirname(asked), "no such directory") : unreachable(asked, error);
  }
}

async function isDangling(path: string): Promise<boolean> {
  try {
    return (await nodeFs.lstat(path)).kind === "symlink";
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

function invalid(object: string, message: string): Finding {
  return { severity: "error", code: "OPTIONS_INVALID", object, message };
}

function unreachable(object: string, error: unknown): Finding {
  const { code } = toDbsaveError(error, "OPTIONS_INVALID", object);
  return { severity: "error", code, object, message: `cannot be looked at (${systemCode(error)})` };
}
