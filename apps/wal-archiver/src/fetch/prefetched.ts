import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { DbsaveError, type LogFile, systemCode } from "@dbsave/core";

/** Segments that were fetched before they are asked for. What is in it may be lost or damaged: it is checked when it is taken. */
export interface Prefetched {
  /** Where a file is, or is to be written. */
  pathOf(file: LogFile): string;
  /** Which of `files` are not there yet. */
  missing(files: readonly LogFile[]): Promise<readonly LogFile[]>;
  /** Moves a file to `path`, whole or not at all; false when it is not there, or damaged. */
  take(file: LogFile, path: string): Promise<boolean>;
  /** Removes what is not among `wanted`. */
  keepOnly(wanted: readonly LogFile[]): Promise<void>;
}

const others = 0o022;

/**
 * The directory for one server's segments, made for this user alone. OPTIONS_INVALID when it lies in the data directory, where tools
 * of PostgreSQL would copy it along; PERMISSION_DENIED when others can write to it.
 */
export async function openPrefetched(
  root: string,
  dataDirectory: string,
  systemIdentifier: string,
): Promise<Prefetched> {
  if (!relative(dataDirectory, resolve(root)).startsWith(".."))
    throw new DbsaveError("OPTIONS_INVALID", `--prefetch-dir lies in the data directory: ${root}`);
  const directory = join(root, systemIdentifier);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await refuseShared(root);
  const pathOf = ({ name, plainSha256 }: LogFile): string => join(directory, `${name}-${plainSha256}`);
  return {
    pathOf,
    async missing(files) {
      const there = new Set((await readdir(directory)).map((name) => join(directory, name)));
      return files.filter((file) => !there.has(pathOf(file)));
    },
    async take(file, path) {
      const from = pathOf(file);
      const temporary = `${path}.dbsave`;
      try {
        await copyFile(from, temporary);
        if ((await sha256Of(temporary)) !== file.plainSha256) return false;
        await rename(temporary, path);
        return true;
      } catch (error) {
        if (systemCode(error) === "ENOENT") return false;
        throw error;
      } finally {
        await rm(temporary, { force: true });
        await rm(from, { force: true });
      }
    },
    async keepOnly(wanted) {
      const kept = new Set(wanted.map(pathOf));
      for (const name of await readdir(directory))
        if (!kept.has(join(directory, name))) await rm(join(directory, name), { force: true });
    },
  };
}

async function refuseShared(root: string): Promise<void> {
  const { uid, mode } = await lstat(root);
  if (uid === (process.getuid?.() ?? uid) && (mode & others) === 0) return;
  throw new DbsaveError(
    "PERMISSION_DENIED",
    `the directory for prefetched segments is not this user's alone: ${root}`,
    {
      hint: "Name another one with --prefetch-dir, or none with --prefetch 0.",
    },
  );
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest("hex");
}
