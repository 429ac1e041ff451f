import { type ConfigPath, issuesError, type Place, type PlacedIssue } from "../issues/issue.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Several files as one configuration. */
export interface MergedSource {
  readonly value: Readonly<Record<string, unknown>>;
  place(path: ConfigPath): Place;
}

/**
 * Joins `defaults`, `storages` and `targets` entry by entry; everything else may stand in one file only. Keys that begin
 * with `x-` are left out: they are the user's own. CONFIG_INVALID when two files define the same thing.
 */
export function mergeSources(sources: readonly YamlSource[]): MergedSource {
  const value: Record<string, unknown> = {};
  const origins = new Map<string, YamlSource>();
  const issues: PlacedIssue[] = [];

  const define = (into: Record<string, unknown>, path: ConfigPath, part: unknown, source: YamlSource) => {
    const key = String(path.at(-1));
    const earlier = origins.get(originKey(path));
    if (earlier !== undefined && !(key === "version" && part === into[key])) {
      issues.push({ place: source.place(path), path, message: `already defined in ${earlier.place(path)}` });
      return;
    }
    into[key] = part;
    origins.set(originKey(path), source);
  };

  for (const source of sources) {
    for (const [key, part] of topLevel(source, issues)) {
      if (joined.has(key) && isSet(part)) value[key] ??= {};
      const section = value[key];
      if (!joined.has(key) || !isSet(section) || !isSet(part)) define(value, [key], part, source);
      else for (const [name, entry] of Object.entries(part)) define(section, [key, name], entry, source);
    }
  }
  if (issues.length > 0) throw issuesError("CONFIG_INVALID", issues);
  return { value, place: (path) => originOf(origins, path, sources)?.place(path) ?? "config" };
}

function topLevel(source: YamlSource, issues: PlacedIssue[]): (readonly [string, unknown])[] {
  const { value } = source;
  if (!isSet(value)) {
    issues.push({ place: source.place([]), path: [], message: "expected keys such as version, storages and targets" });
    return [];
  }
  if (value["version"] === undefined) {
    issues.push({ place: source.place([]), path: ["version"], message: "missing: expected 1" });
  }
  return Object.entries(value).filter(([key]) => !key.startsWith("x-"));
}

function originOf(
  origins: ReadonlyMap<string, YamlSource>,
  path: ConfigPath,
  sources: readonly YamlSource[],
): YamlSource | undefined {
  return origins.get(originKey(path.slice(0, 2))) ?? origins.get(originKey(path.slice(0, 1))) ?? sources[0];
}

const joined: ReadonlySet<string> = new Set(["defaults", "storages", "targets"]);

function originKey(path: ConfigPath): string {
  return JSON.stringify(path);
}

function isSet(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
