import type { Storage } from "@dbsave/core";

/** How one type of storage is written in a configuration and opened. */
export interface StorageKind<Settings> {
  /** For people, without secrets. */
  describe(settings: Settings, directory: string): string;
  /** Loads the package of the storage only now. */
  create(settings: Settings, directory: string): Promise<Storage>;
}
