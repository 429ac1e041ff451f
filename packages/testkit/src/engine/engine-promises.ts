import { describingPromises } from "./describing.ts";
import type { EnginePromise } from "./engine-subject.ts";

/** What every engine promises. */
export const enginePromises: readonly EnginePromise[] = [...describingPromises];
