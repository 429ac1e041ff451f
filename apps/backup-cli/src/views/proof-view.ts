import type { Finding, Proof } from "@dbsave/core";
import type { Paint } from "../output/paint.ts";

/** What a check found, for people. */
export function proofText(proof: Proof, paint: Paint): string {
  const { target, backup, outcome, level, summary, findings } = proof;
  if (outcome === "passed") {
    const word = level === "restore" ? "proven" : `sound as far as level ${level} goes`;
    return [
      `${target} ${backup} is ${paint("green", word)}: ${summary}`,
      ...findings.map((finding) => findingText(finding, paint)),
    ].join("\n");
  }
  const word =
    outcome === "failed" ? paint("red", "NOT good") : paint("yellow", "not judged: the check could not be made");
  return [`${target} ${backup} is ${word}`, ...findings.map((finding) => findingText(finding, paint))].join("\n");
}

/** `  error app.db.zst: 10 bytes are missing`, and what to do below it. */
export function findingText({ severity, object, message, fix }: Finding, paint: Paint): string {
  const colour = { error: "red", warning: "yellow", info: "dim" } as const;
  const line = `  ${paint(colour[severity], severity)} ${object}: ${message}`;
  return fix === undefined ? line : `${line}\n    ${fix}`;
}
