import { adHocConfig, type TargetConfig } from "@dbsave/config";
import { DbsaveError } from "@dbsave/core";
import type { Session } from "../session/session.ts";
import { configIfAny, configOf } from "./find-config.ts";

/**
 * Sources to look into, without any repository: targets of the configuration by name (all when nothing is named), or
 * databases by path or URL.
 */
export async function liveTargets(names: readonly string[], session: Session): Promise<readonly TargetConfig[]> {
  if (names.length === 0) return (await configOf(session)).targets;
  const config = await configIfAny(session);
  const chosen = names.map(async (name) => {
    const isTarget = config?.targets.some((target) => target.name === name) === true;
    if (config !== undefined && (isTarget || !/[/\\:.]/.test(name))) return config.select([name]);
    return [await targetAt(name, session)];
  });
  return (await Promise.all(chosen)).flat();
}

/** The target that a path or URL stands for. Its storage is never looked into. */
export async function targetAt(source: string, session: Session): Promise<TargetConfig> {
  const { cwd, env, signal, run } = session;
  const [target] = (await adHocConfig({ source, to: cwd, cwd, env, signal, tools: run.tools })).targets;
  if (target === undefined) throw new DbsaveError("INTERNAL", "an ad hoc configuration has no target");
  return target;
}
