import { DbsaveError } from "@dbsave/core";

/** `level`, or OPTIONS_INVALID when it is not an integer from 1 to `highest`. */
export function checkLevel(name: string, level: number, highest: number): number {
  if (Number.isInteger(level) && level >= 1 && level <= highest) return level;
  throw new DbsaveError("OPTIONS_INVALID", `${name}: level must be an integer from 1 to ${highest}: got ${level}`);
}
