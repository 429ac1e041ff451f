import { adHocConfig, type TargetConfig } from "@dbsave/config";
import { DbsaveError } from "@dbsave/core";
import type { Session } from "../session/session.ts";
import { detectedSource, namedTwice, notForConfigured } from "./detected-source.ts";
import { configIfAny } from "./find-config.ts";

/** What was given for `sourceOptions`. */
export interface SourceArguments {
  readonly source?: string | undefined;
  readonly engine?: string | undefined;
}

/**
 * Sources to look into, without any repository: `source`; else targets of the configuration by name (all when nothing is
 * named), or databases by path or URL; without a configuration the only database there is. USAGE when `engine` is said of a
 * target that the configuration describes.
 */
export async function liveTargets(
  names: readonly string[],
  { source, engine }: SourceArguments,
  session: Session,
): Promise<readonly TargetConfig[]> {
  if (source !== undefined && names.length > 0) throw namedTwice(names);
  if (source !== undefined) return [await targetAt(source, session, engine)];
  const config = await configIfAny(session);
  if (config === undefined && names.length === 0) {
    return [await targetAt(await detectedSource(session), session, engine)];
  }
  const isConfigured = (name: string): boolean =>
    config?.targets.some((target) => target.name === name) === true || !/[/\\:.=]/.test(name);
  if (engine !== undefined && config !== undefined && names.every(isConfigured)) throw notForConfigured("engine");
  if (names.length === 0) return config?.targets ?? [];
  const chosen = names.map(async (name) =>
    config !== undefined && isConfigured(name) ? config.select([name]) : [await targetAt(name, session, engine)],
  );
  return (await Promise.all(chosen)).flat();
}

/** The target that a path or URL stands for, of `engine` where that does not show. Its storage is never looked into. */
export async function targetAt(source: string, session: Session, engine?: string): Promise<TargetConfig> {
  const { cwd, env, signal, run } = session;
  const [target] = (await adHocConfig({ source, engine, to: cwd, cwd, env, signal, tools: run.tools })).targets;
  if (target === undefined) throw new DbsaveError("INTERNAL", "an ad hoc configuration has no target");
  return target;
}
