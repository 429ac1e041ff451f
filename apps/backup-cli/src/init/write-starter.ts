import { writeFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { starterConfig } from "@dbsave/config";
import { systemCode, toDbsaveError } from "@dbsave/core";
import { type SourceArguments, targetAt } from "../places/live-targets.ts";
import type { Session } from "../session/session.ts";

/** Writes a first configuration to `path`; never over one that is there. False when there was one. */
export async function writeStarter(
  path: string,
  first: SourceArguments & {
    readonly source: string;
    readonly repository: string;
    readonly target: string | undefined;
  },
  session: Session,
): Promise<boolean> {
  const directory = resolve(path, "..");
  const { name, source, engine } = await targetAt(first.source, session, first.engine);
  const text = await starterConfig({
    source: engine === "sqlite" ? pathFrom(directory, source) : first.source,
    engine,
    target: first.target ?? name,
    repository: pathFrom(directory, resolve(session.cwd, first.repository)),
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  try {
    await writeFile(path, text, { flag: "wx", mode: 0o644 });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw toDbsaveError(error, "CONFIG_INVALID", `init: ${path}`);
  }
}

/** As paths are read from a configuration: relative to it where they are below it. */
function pathFrom(directory: string, path: string): string {
  const inside = relative(directory, path);
  return inside === "" || inside.startsWith("..") ? path : `./${inside}`;
}
