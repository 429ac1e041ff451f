import { brokenKeepers } from "./broken-keepers.ts";
import { brokenReaders } from "./broken-readers.ts";
import type { BrokenStorage } from "./broken-storage.ts";
import { brokenWriters } from "./broken-writers.ts";

/** For every promise of a storage at least one that breaks it. */
export const brokenStorages: readonly BrokenStorage[] = [...brokenWriters, ...brokenReaders, ...brokenKeepers];
