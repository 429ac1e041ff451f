import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from "vitest/node";
import { type Outcome, skipReason } from "./outcome.ts";

/** Writes the run's `Outcome` to the file in DBSAVE_TEST_OUTCOME: vitest's own JSON leaves out why a test was skipped. */
export default class OutcomeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env["DBSAVE_TEST_OUTCOME"];
    if (file === undefined) throw new Error("DBSAVE_TEST_OUTCOME must name the file to write");
    writeFileSync(file, JSON.stringify(outcomeOf(modules, unhandled)));
  }
}

function outcomeOf(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Outcome {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  const named = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
  return {
    passed: named("passed").length,
    failed: [
      ...[...named("failed"), ...named("pending")].map(title),
      // A file that cannot be loaded and a hook that throws have no failed test of their own.
      ...groups.filter((group) => group.errors().length > 0).map(title),
      ...unhandled.map((error) => `unhandled error: ${error.message}`),
    ],
    skipped: named("skipped").map((test) => ({ name: title(test), reason: skipReason(test.fullName, noteOf(test)) })),
  };
}

function title(entity: TestCase | TestSuite | TestModule): string {
  if (entity.type === "module") return entity.relativeModuleId;
  return `${entity.module.relativeModuleId} > ${entity.fullName}`;
}

function noteOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === "skipped" ? result.note : undefined;
}
