import { execFileSync } from "node:child_process";
import type { TestContext } from "vitest";

/** Skips the test by name where `tool` is not there. */
export function need(test: TestContext, tool: string): void {
  if (!hasTool(tool)) test.skip(`${tool} is not installed (Debian: sqlite3, sqlite3-tools)`);
}

function hasTool(tool: string): boolean {
  try {
    execFileSync(tool, ["--help"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENOENT");
  }
}
