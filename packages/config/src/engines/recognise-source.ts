import { checkTargetName, DbsaveError } from "@dbsave/core";
import { quote } from "../issues/issue.ts";
import { engineKind, engineKinds, engineNames, isEngine, laterEngines, type TargetSettings } from "./engines.ts";

const servers = "postgres://user@host/database, docker:container/database or compose:project/service/database";

export interface NamedSource {
  /** A valid target name. */
  readonly name: string;
  readonly settings: TargetSettings;
}

/**
 * The engine and the name for a path or URL: `./app.db`, `sqlite:/data/app.db`, `docker:pg`. Only `engine` is
 * tried where it is named. UNSUPPORTED for an engine that this version does not have, USAGE when nothing fits. Messages name the scheme only: a URL may hold a password.
 */
export function recogniseSource(source: string, engine?: string): NamedSource {
  if (engine !== undefined && !isEngine(engine)) throw noEngine(engine);
  const kinds = engine === undefined ? engineKinds : [engineKind(engine)];
  for (const kind of kinds) {
    const recognised = kind.recognise(source);
    if (recognised !== undefined) return { settings: recognised.settings, name: targetNameFrom(recognised.name) };
  }
  if (engine !== undefined) {
    throw new DbsaveError("USAGE", `--engine: the named database is none that ${engine} could be asked for`, {
      hint: engine === "sqlite" ? "Name its file: ./app.db" : `Name its server: ${servers}`,
    });
  }
  const scheme = source.slice(0, source.indexOf(":")).toLowerCase();
  const later = laterEngines.find((name) => scheme.startsWith(name));
  if (later !== undefined)
    throw new DbsaveError("UNSUPPORTED", `this version of dbsave has no engine ${quote(later)} yet`);
  throw new DbsaveError("USAGE", `no engine knows ${scheme}: URLs`, {
    hint: `Give ${servers}, or sqlite:/data/app.db, or a path; one with a colon begins with its directory: ./${scheme}:...`,
  });
}

/** For a name that somebody wrote. */
export function noEngine(name: string): DbsaveError {
  const hint = `There are: ${engineNames.join(", ")}`;
  return new DbsaveError("UNSUPPORTED", `this version of dbsave has no engine ${quote(name)}`, { hint });
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
