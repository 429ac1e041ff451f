import type { core } from "zod";
import { listed, quote } from "../issues/issue.ts";
import { expected, suggestion } from "../issues/schema-messages.ts";

/** The message for an engine or storage that is none of those built in; `later` are the ones that dbsave will have. */
export function unknownKind(noun: "engine" | "storage", later: readonly string[]) {
  return (issue: core.$ZodRawIssue): string | undefined => {
    if (issue.code !== "invalid_union") return undefined;
    const { discriminator = "", options = [] } = issue as {
      readonly discriminator?: string;
      readonly options?: readonly string[];
    };
    const written = (issue.input as Readonly<Record<string, unknown>> | undefined)?.[discriminator];
    if (typeof written !== "string") return expected(listed(options), written);
    if (later.includes(written))
      return `this version of dbsave has no ${noun} ${quote(written)} yet; it has ${options.join(", ")}`;
    const meant = suggestion(written, [...options, ...later]) || `: it has ${options.join(", ")}`;
    return `unknown ${noun} ${quote(written)}${meant}`;
  };
}
