import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { closingLines, type Outcome, refuseSkips, skipReason } from "../suite/outcome.ts";

const skipped = [
  { name: "a.test.ts > opens", reason: "needs age" },
  { name: "b.test.ts > links", reason: "the file system has no hard links" },
  { name: "c.test.ts > hides", reason: "" },
];

describe("the reason of a skip", () => {
  it("is the note, else what stands in the title", () => {
    expect(skipReason("opens (needs age)", "needs zstd")).toBe("needs zstd");
    expect(skipReason("stock tools (needs age, zstd) > opens", undefined)).toBe("needs age, zstd");
    expect(skipReason("opens (twice)", undefined)).toBe("");
  });
});

describe("a skip", () => {
  it("stays one as long as nothing is required", () => {
    const outcome = { passed: 1, failed: [], skipped };
    expect(refuseSkips(outcome, [])).toEqual(outcome);
  });

  it("is a failure when it needs something required, or gives no reason", () => {
    expect(refuseSkips({ passed: 1, failed: ["x"], skipped }, ["age", "link"])).toEqual({
      passed: 1,
      failed: [
        "x",
        "a.test.ts > opens: skipped, but required: needs age",
        "c.test.ts > hides: skipped, but required: no reason given",
      ],
      skipped: [skipped[1]],
    });
  });
});

describe("the closing lines", () => {
  it("name every skip and failure and end with the counts of all stages", () => {
    const lines = closingLines([
      { passed: 2, failed: ["a > b"], skipped: [] },
      { passed: 1, failed: [], skipped: [{ name: "c > d", reason: "needs age" }] },
    ]);
    expect(lines).toContain("  a > b");
    expect(lines).toContain("  c > d: needs age");
    expect(lines.at(-1)).toBe("3 passed, 1 failed, 1 skipped");
  });
});

describe("a run of vitest", () => {
  it("is reported test by test: also what failed outside of any test, and why something was skipped", () => {
    const outcome = runVitest({
      "plain.test.mjs": `
        it("holds", () => {});
        it("breaks", () => { throw new Error("x"); });
        it("noted", (ctx) => ctx.skip("needs age"));
        describe.skipIf(true)("stock tool (needs zstd)", () => { it("titled", () => {}); });
        it.todo("later");`,
      "hook.test.mjs": `describe("group", () => { beforeAll(() => { throw new Error("x"); }); it("never runs", () => {}); });`,
      "unloadable.test.mjs": `import "./nonexistent.mjs";`,
    });
    expect(outcome.passed).toBe(1);
    expect(outcome.failed.toSorted()).toEqual([
      "hook.test.mjs > group",
      "plain.test.mjs > breaks",
      "unloadable.test.mjs",
    ]);
    expect(outcome.skipped).toContainEqual({ name: "plain.test.mjs > noted", reason: "needs age" });
    expect(outcome.skipped).toContainEqual({
      name: "plain.test.mjs > stock tool (needs zstd) > titled",
      reason: "needs zstd",
    });
    expect(outcome.skipped).toContainEqual({ name: "plain.test.mjs > later", reason: "" });
  });

  it("with an error that no test caught has failed", () => {
    const outcome = runVitest({ "stray.test.mjs": `it("holds", () => { Promise.reject(new Error("stray")); });` });
    expect(outcome).toEqual({ passed: 1, failed: ["unhandled error: stray"], skipped: [] });
  });
});

function runVitest(files: Readonly<Record<string, string>>): Outcome {
  const folder = mkdtempSync(join(tmpdir(), "dbsave-reported-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const vitest = fileURLToPath(new URL("../../../node_modules/.bin/vitest", import.meta.url));
  const reporter = fileURLToPath(new URL("../suite/outcome-reporter.ts", import.meta.url));
  const file = join(folder, "outcome.json");
  const env = { ...process.env, DBSAVE_TEST_OUTCOME: file, VITEST: "" };
  spawnSync(vitest, ["run", "--globals", "--root", folder, `--reporter=${reporter}`], { cwd: folder, env });
  return JSON.parse(readFileSync(file, "utf8")) as Outcome;
}
