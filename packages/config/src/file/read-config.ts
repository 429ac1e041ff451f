import { stat } from "node:fs/promises";
import { relative } from "node:path";
import { DbsaveError } from "@dbsave/core";
import { issuesError, type PlacedIssue } from "../issues/issue.ts";
import type { FoundConfig } from "./find-config.ts";
import { type MergedSource, mergeSources } from "./merge-sources.ts";
import { readSmallFile, type SmallFile } from "./small-file.ts";
import { parseYaml, type YamlSource } from "./yaml-source.ts";

const limitBytes = 1024 * 1024;

/**
 * Reads, checks and parses all files of a configuration. Refuses what somebody else could have written, because a
 * configuration names programs to run. CONFIG_NOT_FOUND, CONFIG_INVALID with all mistakes of all files.
 */
export async function readConfig(found: FoundConfig, cwd: string): Promise<MergedSource> {
  for (const directory of found.searched) await refuseOpenDirectory(directory);
  const sources: YamlSource[] = [];
  const issues: PlacedIssue[] = [];
  for (const path of found.files) {
    const file = displayName(path, cwd);
    const parsed = parseYaml(await readTrusted(path, file, found.isNamed), file);
    if ("source" in parsed) sources.push(parsed.source);
    else issues.push(...parsed.issues);
  }
  if (issues.length > 0) throw issuesError("CONFIG_INVALID", issues);
  return mergeSources(sources);
}

/** As short as it is clear: relative inside the working directory, else absolute. */
function displayName(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") ? path : inside;
}

async function readTrusted(path: string, file: string, isNamed: boolean): Promise<string> {
  const { text, mode, owner } = await readText(path, file);
  if ((mode & 0o002) !== 0) {
    throw new DbsaveError("CONFIG_INVALID", `${file}: everybody may write to it`, { hint: `chmod o-w ${path}` });
  }
  const user = process.geteuid?.() ?? owner;
  if (!isNamed && owner !== user && owner !== 0) {
    throw new DbsaveError("CONFIG_INVALID", `${file}: it belongs to another user (uid ${owner})`, {
      hint: `If you trust it, name it: --config ${path}`,
    });
  }
  return text;
}

async function readText(path: string, file: string): Promise<SmallFile> {
  try {
    return await readSmallFile(path, limitBytes);
  } catch (cause) {
    const { message, code } = cause as Error & { readonly code?: string };
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new DbsaveError("CONFIG_NOT_FOUND", `config: no such file: ${file}`, { cause });
    if (code === "EACCES") throw new DbsaveError("PERMISSION_DENIED", `config: it may not be read: ${file}`, { cause });
    throw new DbsaveError("CONFIG_INVALID", `${file}: ${message}`, { cause });
  }
}

async function refuseOpenDirectory(path: string): Promise<void> {
  const { mode } = await stat(path).catch(() => ({ mode: 0 })); // an absent one holds no files
  if ((mode & 0o002) === 0) return;
  throw new DbsaveError("CONFIG_INVALID", `${path}: everybody may put files there`, { hint: `chmod o-w ${path}` });
}
