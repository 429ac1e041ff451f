import { cancellingPromises } from "./cancelling.ts";
import { deletingPromises } from "./deleting.ts";
import { housekeepingPromises } from "./housekeeping.ts";
import { listingPromises } from "./listing.ts";
import { namingPromises } from "./naming.ts";
import { readingPromises } from "./reading.ts";
import { replacingPromises } from "./replacing.ts";
import type { StoragePromise } from "./storage-subject.ts";
import { storingPromises } from "./storing.ts";

/** What every storage promises. */
export const storagePromises: readonly StoragePromise[] = [
  ...storingPromises,
  ...replacingPromises,
  ...cancellingPromises,
  ...readingPromises,
  ...namingPromises,
  ...listingPromises,
  ...deletingPromises,
  ...housekeepingPromises,
];
