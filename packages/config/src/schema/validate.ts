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
  if (issue.code !== "unrecognized_keys") return [{ path: issue.path, message: issue.message }];
  const messages = issue.message.split("\n");
  return issue.keys.map((key, index) => ({ path: [...issue.path, key], message: messages[index] ?? issue.message }));
}
