import { adHocConfig, type TargetConfig } from "@dbsave/config";
import { DbsaveError } from "@dbsave/core";
import type { Session } from "../session/session.ts";
import { detectedSource, namedTwice } from "./detected-source.ts";
import { configIfAny } from "./find-config.ts";

/**
 * Sources to look into, without any repository: `source`; else targets of the configuration by name (all when nothing is
 * named), or databases by path or URL; without a configuration the only database there is.
 */
export async function liveTargets(
  names: readonly string[],
  source: string | undefined,
  session: Session,
): Promise<readonly TargetConfig[]> {
  if (source !== undefined && names.length > 0) throw namedTwice(names);
  if (source !== undefined) return [await targetAt(source, session)];
  const config = await configIfAny(session);
  if (names.length === 0) return config?.targets ?? [await targetAt(await detectedSource(session), session)];
  const chosen = names.map(async (name) => {
    const isTarget = config?.targets.some((target) => target.name === name) === true;
    if (config !== undefined && (isTarget || !/[/\\:.=]/.test(name))) return config.select([name]);
    return [await targetAt(name, session)];
  });
  return (await Promise.all(chosen)).flat();
}

/** The target that a path or URL stands for, of `engine` where that does not show. Its storage is never looked into. */
export async function targetAt(source: string, session: Session, engine?: string): Promise<TargetConfig> {
  const { cwd, env, signal, run } = session;
  const [target] = (await adHocConfig({ source, engine, to: cwd, cwd, env, signal, tools: run.tools })).targets;
  if (target === undefined) throw new DbsaveError("INTERNAL", "an ad hoc configuration has no target");
  return target;
}
