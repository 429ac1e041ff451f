import type { Storage } from "@dbsave/core";
import { type StorageSettings, storageKind } from "./storages/storages.ts";

/** One storage, checked but not opened. */
export interface StorageConfig {
  readonly name: string;
  readonly type: string;
  /** For people, without secrets: `/srv/backups`. */
  readonly description: string;
  /** Loads the package of the storage and validates its options; no I/O. */
  create(): Promise<Storage>;
}

export function storageConfig(name: string, settings: StorageSettings, directory: string): StorageConfig {
  const kind = storageKind(settings);
  return {
    name,
    type: settings.type,
    description: kind.describe(settings, directory),
    create: () => kind.create(settings, directory),
  };
}
