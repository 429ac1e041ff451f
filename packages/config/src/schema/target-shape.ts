import { storageName } from "./plain-values.ts";

/** What every target may say, whatever its engine. */
export const targetShape = {
  to: storageName.exactOptional().describe("Name of the storage; needed when there are several."),
};
