import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DbsaveError, nodeFs, systemCode, toDbsaveError } from "@dbsave/core";

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

/** OPTIONS_INVALID when the directory is missing, or the place is a directory or a link to nowhere. Changes nothing. */
export async function examinePlace(asked: string): Promise<RestorePlace> {
  const path = await realPlace(asked);
  const directory = dirname(path);
  const name = basename(path);
  const entries = await nodeFs.list(directory);
  const self = entries.find((entry) => entry.name === name);
  if (self !== undefined && self.kind !== "file") throw invalid(`not a file: ${path}`);
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

async function realPlace(asked: string): Promise<string> {
  try {
    return await realpath(asked);
  } catch (error) {
    if (systemCode(error) !== "ENOENT")
      throw toDbsaveError(error, "OPTIONS_INVALID", `sqlite: cannot restore into: ${asked}`);
  }
  if (await isDangling(asked)) throw invalid(`a link to nowhere: ${asked}`);
  try {
    return join(await realpath(dirname(asked)), basename(asked));
  } catch (cause) {
    throw invalid(`no such directory: ${dirname(asked)}`, cause);
  }
}

async function isDangling(path: string): Promise<boolean> {
  try {
    return (await nodeFs.lstat(path)).kind === "symlink";
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return false;
    throw toDbsaveError(error, "OPTIONS_INVALID", `sqlite: cannot restore into: ${path}`);
  }
}

function invalid(why: string, cause?: unknown): DbsaveError {
  return new DbsaveError("OPTIONS_INVALID", `sqlite: cannot restore: ${why}`, { cause });
}
