import { backingUpPromises } from "./backing-up.ts";
import { cancellingPromises } from "./cancelling.ts";
import { chainingPromises } from "./chaining.ts";
import { declaringPromises } from "./declaring.ts";
import { describingPromises } from "./describing.ts";
import type { EnginePromise } from "./engine-subject.ts";
import { exploringPromises } from "./exploring.ts";
import { fingerprintingPromises } from "./fingerprinting.ts";
import { handingOverPromises } from "./handing-over.ts";
import { hidingPromises } from "./hiding.ts";
import { inspectingPromises } from "./inspecting.ts";
import { livingPromises } from "./living.ts";
import { planningPromises } from "./planning.ts";
import { refusingPromises } from "./refusing.ts";
import { restoringPromises } from "./restoring.ts";
import { savingPromises } from "./saving.ts";
import { scratchingPromises } from "./scratching.ts";
import { selectingPromises } from "./selecting.ts";

/** What every engine promises. */
export const enginePromises: readonly EnginePromise[] = [
  ...describingPromises,
  ...exploringPromises,
  ...savingPromises,
  ...fingerprintingPromises,
  ...declaringPromises,
  ...backingUpPromises,
  ...handingOverPromises,
  ...restoringPromises,
  ...refusingPromises,
  ...chainingPromises,
  ...selectingPromises,
  ...planningPromises,
  ...inspectingPromises,
  ...scratchingPromises,
  ...cancellingPromises,
  ...livingPromises,
  ...hidingPromises,
];
