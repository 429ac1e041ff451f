import { spawnSync } from "node:child_process";
import { tryServer } from "@dbsave/testbed";
import { toolRunnerConformance } from "@dbsave/testkit";
import { containerTools, hostTools } from "../src/index.ts";
import { runningOnHost } from "./processes.ts";

toolRunnerConformance("hostTools", async () => ({
  name: "hostTools",
  tools: hostTools({ env: process.env, killAfterMs: 500 }),
  running: runningOnHost,
}));

toolRunnerConformance("containerTools", async () => {
  const found = await tryServer("postgres-15");
  if (typeof found === "string") return found;
  const { container } = found;
  if (container === undefined) return "needs docker";
  return {
    name: "containerTools",
    tools: containerTools({ container: { compose: container.compose }, killAfterMs: 500 }),
    running: async (text) => {
      const { stdout } = spawnSync("docker", ["top", container.id, "-eo", "pid,args"], { encoding: "utf8" });
      return stdout.split("\n").filter((line) => line.includes(text));
    },
  };
});
