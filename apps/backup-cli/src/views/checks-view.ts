import type { Check } from "../doctor/check.ts";
import type { Paint } from "../output/paint.ts";
import { counted } from "../output/quantities.ts";

const marks = { ok: ["green", "✔"], info: ["dim", "·"], warning: ["yellow", "⚠"], error: ["red", "✖"] } as const;

/** One line for each check, what to do below it, and the sum at the end. */
export function checksText(checks: readonly Check[], paint: Paint): string {
  const lines = checks.flatMap(({ severity, about, message, fix }) => {
    const [colour, mark] = marks[severity];
    const line = `${paint(colour, mark)} ${about}: ${message}`;
    return fix === undefined ? [line] : [line, `    ${fix}`];
  });
  const count = (severity: Check["severity"]): number => checks.filter((check) => check.severity === severity).length;
  const sum = [counted(count("error"), "error"), counted(count("warning"), "warning")].join(", ");
  const script = statementsText(checks);
  const remedy = script === "" ? [] : ["", paint("bold", "Run as an administrator of the server:"), script];
  const verdict = count("error") + count("warning") === 0 ? "Everything is as it should be." : sum;
  return [...lines, ...remedy, "", verdict].join("\n");
}

/** For the log. */
export function inOneLine({ about, message, fix }: Check): string {
  return [`${about}: ${message}`, ...(fix === undefined ? [] : [fix])].join("; ");
}

/** What the servers' administrators must run, each statement once; empty when there is nothing. */
export function statementsText(checks: readonly Check[]): string {
  const concerned = checks.filter(({ statements = [] }) => statements.length > 0);
  const scripts = [...Map.groupBy(concerned, ({ about }) => about)].map(([about, group]) => {
    const statements = new Set(group.flatMap(({ statements: own = [] }) => own));
    return [`-- ${about}`, ...statements].join("\n");
  });
  return scripts.join("\n");
}
