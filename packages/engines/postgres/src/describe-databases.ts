import { withSession } from "./connect.ts";
import { chooseDatabases } from "./databases/choose.ts";
import type { ParsedOptions } from "./options.ts";
import type { Details } from "./profile.ts";

/** What the profile says of all databases that the options mean, as one. */
export async function describeDatabases(options: ParsedOptions, signal: AbortSignal): Promise<Details> {
  const { describe } = options.profile;
  if (describe === undefined) return {};
  const list: Details[] = [];
  for (const database of await chooseDatabases(options, signal))
    list.push(await withSession(options, database, signal, describe));
  return mergeDetails(list);
}

export function mergeDetails(list: readonly Details[]): Details {
  const merged: Record<string, string | number> = {};
  for (const details of list) {
    for (const [key, value] of Object.entries(details)) merged[key] = merge(merged[key], value);
  }
  return merged;
}

function merge(known: string | number | undefined, value: string | number): string | number {
  if (known === undefined) return value;
  if (typeof known === "number" && typeof value === "number") return known + value;
  const texts = String(known).split(", ");
  return texts.includes(String(value)) ? known : [...texts, value].join(", ");
}
