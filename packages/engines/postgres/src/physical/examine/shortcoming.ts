import type { Finding } from "@dbsave/core";

type Facts = Pick<Finding, "code" | "object" | "message" | "fix">;

const comment = " -- has effect when the server is restarted";

/** Something that method `physical` lacks; `statements` are what an administrator runs, `fix` is what is more to do. */
export function shortcoming(
  severity: Finding["severity"],
  { fix, ...facts }: Facts,
  statements: readonly string[] = [],
): Finding {
  const restart = statements.some((statement) => statement.endsWith(comment)) ? ["Then restart the server."] : [];
  const bare = statements.map((statement) => statement.replace(comment, ""));
  const remedy = [...bare, ...restart, ...(fix === undefined ? [] : [fix])].join(" ");
  return {
    severity,
    ...facts,
    method: "physical",
    ...(remedy !== "" && { fix: remedy }),
    ...(statements.length > 0 && { statements }),
  };
}

/** In one line, because a setting that is loaded before it is set has no effect. */
export function setAndReload(name: string, value: string): string {
  return `ALTER SYSTEM SET ${name} = '${value}'; SELECT pg_reload_conf();`;
}

export function setBeforeRestart(name: string, value: string): string {
  return `ALTER SYSTEM SET ${name} = '${value}';${comment}`;
}
