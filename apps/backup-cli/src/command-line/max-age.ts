import type { Options } from "yargs";
import { parseDuration } from "./duration-option.ts";

export const maxAgeOption = {
  "max-age": {
    type: "string",
    requiresArg: true,
    default: "26h",
    describe: "How old the newest proven backup may be: 90m, 26h, 8d",
  },
} as const satisfies Record<string, Options>;

/** Milliseconds. USAGE for what is no duration. */
export function parseMaxAge(text: string): number {
  return parseDuration("max-age", text);
}
