import { checkTargetName } from "@dbsave/core";
import * as z from "zod";

/** A path of the file system; relative ones start in the directory of the configuration. */
export const path = z.string().regex(/^[^~\0][^\0]*$/, { error: "expected a path; ~ is not expanded, write it out" });

const namePattern = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u;
const nameError = "expected a name of letters, digits, dots, dashes and underscores, beginning with a letter or digit";

export const storageName = z.string().regex(namePattern, { error: nameError, abort: true });

/** The name of a target is the name of its folder in the repository. */
export const targetName = storageName.refine(isTargetName, { error: "this name is used by the repository itself" });

function isTargetName(name: string): boolean {
  try {
    checkTargetName(name);
    return true;
  } catch {
    return false;
  }
}
