import { brokenBackups } from "./broken-backups.ts";
import { brokenChains } from "./broken-chains.ts";
import type { BrokenEngine } from "./broken-engine.ts";
import { brokenManners } from "./broken-manners.ts";
import { brokenObservers } from "./broken-observers.ts";
import { brokenInspections, brokenRestores } from "./broken-restores.ts";
import { brokenSelections } from "./broken-selections.ts";

/** Engines that each have one defect. `engineConformance` must fail every one of them by the promise named. */
export const brokenEngines: readonly BrokenEngine[] = [
  ...brokenObservers,
  ...brokenBackups,
  ...brokenRestores,
  ...brokenChains,
  ...brokenSelections,
  ...brokenInspections,
  ...brokenManners,
];
