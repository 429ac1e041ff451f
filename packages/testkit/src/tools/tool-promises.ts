import { failingPromises } from "./failing.ts";
import { givingPromises } from "./giving.ts";
import { stoppingPromises } from "./stopping.ts";
import { streamingPromises } from "./streaming.ts";
import type { ToolPromise } from "./tool-subject.ts";

/** What every tool runner promises. */
export const toolPromises: readonly ToolPromise[] = [
  ...givingPromises,
  ...streamingPromises,
  ...failingPromises,
  ...stoppingPromises,
];
