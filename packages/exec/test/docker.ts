import { currentRun, docker, runLabel, startTimeoutMs, type TestContainer, tryServer } from "@dbsave/testbed";
import { beforeAll, onTestFinished, type TestContext } from "vitest";

let found: TestContainer | string;

beforeAll(async () => {
  const server = await tryServer("postgres-17-timescale");
  found = typeof server === "string" ? server : (server.container ?? "needs docker");
}, startTimeoutMs);

/** The container of a server that all tests share; without one the test is skipped. */
export function container(test: Pick<TestContext, "skip">): TestContainer {
  return typeof found === "string" ? test.skip(found) : found;
}

/** A container of its own for one test, from the same image. */
export function another(
  test: Pick<TestContext, "skip">,
  options: readonly string[],
  command: readonly string[] = ["sleep", "600"],
): string {
  const image = docker("inspect", "--format", "{{.Config.Image}}", container(test).id);
  const mine = ["--detach", "--init", "--label", `${runLabel}=${currentRun().name}`];
  const id = docker("run", ...mine, ...options, "--entrypoint", "", image, ...command);
  onTestFinished(() => void docker("rm", "--force", "--volumes", id));
  return id;
}
