import type { core } from "zod";
import type { Issue } from "../issues/issue.ts";
import { schemaMessage } from "../issues/schema-messages.ts";
import { type ConfigData, configSchema } from "./config-schema.ts";
import { crossChecks } from "./cross-checks.ts";

export type Validated = { readonly data: ConfigData } | { readonly issues: readonly Issue[] };

/** A raw configuration, or everything that is wrong with it. */
export function validate(value: unknown): Validated {
  const parsed = configSchema.safeParse(value, { error: schemaMessage });
  const issues = [...(parsed.error?.issues ?? []).flatMap(toIssues), ...crossChecks(value)];
  return parsed.success && issues.length === 0 ? { data: parsed.data } : { issues };
}

/** One issue for each unknown key, so that each is found at its own line. */
function toIssues(issue: core.$ZodIssue): Issue[] {
  if (issue.code === "unrecognized_keys") {
    const messages = issue.message.split("\n");
    return issue.keys.map((key, index) => ({ path: [...issue.path, key], message: messages[index] ?? issue.message }));
  }
  if (issue.code === "invalid_union") {
    const meant = issue.errors.find((branch) => branch.length > 0 && !branch.some(isOfAnotherKind));
    if (meant) return meant.flatMap(toIssues).map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
  }
  return [{ path: issue.path, message: issue.message }];
}

/** Says that the value as a whole cannot be meant, not that something inside it is wrong. */
function isOfAnotherKind({ code, path }: core.$ZodIssue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}
