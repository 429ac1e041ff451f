import type { Manifest } from "../contracts/manifest.ts";
import { sealJson } from "../documents/sealed-json.ts";

/** The one text a manifest is stored as. `readManifest` gives an equal manifest back. */
export function writeManifest(manifest: Manifest): string {
  return sealJson(manifest);
}
