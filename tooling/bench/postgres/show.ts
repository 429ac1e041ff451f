import type { Cost } from "./measure.ts";

/** Medians, and the highest peak. */
export function shown(costs: readonly Cost[]): string {
  const text = (key: keyof Cost, digits: number): string => median(costs, (cost) => cost[key]).toFixed(digits);
  const times = `${text("seconds", 2)} s, CPU ${text("toolSeconds", 2)} s and ${text("serverSeconds", 2)} s in the server`;
  const peak = Math.max(...costs.map(({ peakMegabytes }) => peakMegabytes));
  return `${times}, stores ${text("storedMegabytes", 1)} MB${peak > 0 ? `, peak memory ${peak.toFixed(0)} MB` : ""}`;
}

export function median<T>(list: readonly T[], of: (one: T) => number): number {
  return list.map(of).toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
}
