import { checkTargetName, DbsaveError } from "@dbsave/core";
import { quote } from "../issues/issue.ts";
import { engineKind, engineKinds, isEngine, laterEngines, type TargetSettings } from "./engines.ts";

export interface NamedSource {
  /** A valid target name. */
  readonly name: string;
  readonly settings: TargetSettings;
}

/**
 * The engine and the name for a path or URL: `./app.db`, `sqlite:/data/app.db`, `docker:pg`. Only `engine` is
 * tried where it is named. UNSUPPORTED for an engine of a later version, USAGE when nothing fits. Messages name the scheme only: a URL may hold a password.
 */
export function recogniseSource(source: string, engine?: string): NamedSource {
  const kinds = engine !== undefined && isEngine(engine) ? [engineKind(engine)] : engineKinds;
  for (const kind of kinds) {
    const recognised = kind.recognise(source);
    if (recognised !== undefined) return { settings: recognised.settings, name: targetNameFrom(recognised.name) };
  }
  const scheme = source.slice(0, source.indexOf(":")).toLowerCase();
  const later = laterEngines.find((name) => scheme.startsWith(name));
  if (later !== undefined)
    throw new DbsaveError("UNSUPPORTED", `this version of dbsave has no engine ${quote(later)} yet`);
  throw new DbsaveError("USAGE", `no engine knows ${scheme}: URLs`, {
    hint: `Give postgres://user@host/database, docker:container, compose:project/service or sqlite:/data/app.db, or a path; one with a colon begins with its directory: ./${scheme}:...`,
  });
}

function targetNameFrom(text: string): string {
  const name = text
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")
    .replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "")
    .slice(0, 90);
  try {
    checkTargetName(name);
    return name;
  } catch {
    return name === "" ? "database" : `${name}-database`;
  }
}
