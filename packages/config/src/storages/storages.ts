import { fileURLToPath } from "node:url";
import { DbsaveError } from "@dbsave/core";
import * as z from "zod";
import { quote } from "../issues/issue.ts";
import { unknownKind } from "../schema/unknown-kind.ts";
import { fs, fsSchema } from "./fs.ts";
import type { StorageKind } from "./storage-kind.ts";

const later = ["s3", "ssh"] as const;

/** A place for backups, told apart by its type. */
export const storageSchema = z.discriminatedUnion("type", [fsSchema], { error: unknownKind("storage", later) });

export type StorageSettings = z.infer<typeof storageSchema>;

/** Every storage of this build. */
const kinds = { fs };

export function storageKind(settings: StorageSettings): StorageKind<StorageSettings> {
  return kinds[settings.type];
}

/** The storage of a path or URL on a command line. UNSUPPORTED for a type of a later version. */
export function recogniseStorage(place: string): StorageSettings {
  const scheme = /^([a-z0-9]+):/i.exec(place)?.[1]?.toLowerCase();
  const type = later.find((name) => name === scheme);
  if (type !== undefined)
    throw new DbsaveError("UNSUPPORTED", `this version of dbsave has no storage ${quote(type)} yet`);
  return { type: "fs", path: scheme === "file" ? fileURLToPath(place) : place };
}
