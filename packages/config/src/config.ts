import { DbsaveError, type Finding } from "@dbsave/core";
import { listed, quote } from "./issues/issue.ts";
import { suggestion } from "./issues/schema-messages.ts";
import type { TargetContext } from "./open-target.ts";
import { fullPolicy } from "./policies.ts";
import type { ConfigData } from "./schema/config-schema.ts";
import { type StorageConfig, storageConfig } from "./storage.ts";
import { type TargetConfig, targetConfig } from "./target.ts";

/** A whole configuration, checked. Nothing is opened before it is asked for. */
export interface Config {
  /** Absolute paths of the files it came from, in the order in which they were merged; empty for a target without a file. */
  readonly files: readonly string[];
  readonly storages: ReadonlyMap<string, StorageConfig>;
  /** In the order of the file. */
  readonly targets: readonly TargetConfig[];
  /** The targets of these names, in this order; all when none is named. USAGE, with a suggestion, for an unknown one. */
  select(names: readonly string[]): readonly TargetConfig[];
  /** Reads every secret and forgets it: an error for each that cannot be used. */
  checkSecrets(): Promise<readonly Finding[]>;
}

/** Connects validated data: which storage, which policy, which keys each target has. */
export function composeConfig(data: ConfigData, files: readonly string[], context: TargetContext): Config {
  const storages = new Map(
    Object.entries(data.storages).map(([name, settings]) => [name, storageConfig(name, settings, context.directory)]),
  );
  const targets = Object.entries(data.targets).map(([name, settings]) => {
    const to = settings.to ?? [...storages.keys()].join();
    const storage = storages.get(to);
    if (storage === undefined) throw new DbsaveError("INTERNAL", `config: ${name}: no storage ${quote(to)}`);
    return targetConfig({
      name,
      settings,
      storage,
      policy: fullPolicy(settings, data.storages[to] ?? {}, data.defaults ?? {}),
      encryptPath: settings.encrypt === undefined ? ["defaults", "encrypt"] : ["targets", name, "encrypt"],
      context,
    });
  });
  const checkSecrets = async () => (await Promise.all(targets.map((target) => target.checkSecrets()))).flat();
  return { files, storages, targets, select: (names) => selectTargets(targets, names), checkSecrets };
}

function selectTargets(targets: readonly TargetConfig[], names: readonly string[]): readonly TargetConfig[] {
  if (names.length === 0) return targets;
  const known = targets.map(({ name }) => name);
  return [...new Set(names)].map((name) => {
    const target = targets.find((candidate) => candidate.name === name);
    if (target !== undefined) return target;
    const meant = suggestion(name, known) || `: the targets are ${listed(known)}`;
    throw new DbsaveError("USAGE", `no target is called ${quote(name)}${meant}`);
  });
}
