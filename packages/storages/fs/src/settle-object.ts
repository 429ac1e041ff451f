import { dirname, join } from "node:path";
import { statObject } from "./get-object.ts";
import type { FsPlace } from "./options.ts";

/** Its bytes, and the directories that it is in, were durable before the object had its name; the name itself may not be. */
export async function settleObject(place: FsPlace, key: string): Promise<void> {
  await statObject(place, key);
  await place.fs.syncDirectory(dirname(join(place.root, key)));
  await statObject(place, key); // what was deleted meanwhile was not made durable
}
