import { resolve } from "node:path";
import * as z from "zod";
import { path } from "../schema/plain-values.ts";
import { keep } from "../schema/policy-schema.ts";
import type { StorageKind } from "./storage-kind.ts";

export const fsSchema = z.strictObject({
  type: z.literal("fs").describe("A directory of this machine, also a mounted one."),
  path: path.describe("The directory; it is made by the first backup."),
  keep: keep.exactOptional().describe("Which backups stay in this storage, in place of `defaults.keep`."),
});

export const fs: StorageKind<z.infer<typeof fsSchema>> = {
  describe: (settings, directory) => resolve(directory, settings.path),
  async create(settings, directory) {
    const { fsStorage } = await import("@dbsave/storage-fs");
    return fsStorage({ path: resolve(directory, settings.path) });
  },
};
