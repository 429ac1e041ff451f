import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { Secret } from "@dbsave/core";
import { idle } from "../storage/storage-steps.ts";
import { eventually, failed, shell, start, uniqueSleep } from "./tool-steps.ts";
import type { ToolPromise } from "./tool-subject.ts";

export const givingPromises: readonly ToolPromise[] = [
  {
    name: "passes arguments on as they are, because there is no shell",
    run: async ({ tools }) => {
      const odd = ["a b", "$(echo pwned)", "; exit 3", "'\"", "*", "", "line\nbreak", "ünï", "--flag=x"];
      const { stdout, done } = tools.run("printf", ["%s|", ...odd], { signal: idle });
      assert.equal(await text(stdout), odd.map((each) => `${each}|`).join(""));
      await done;
    },
  },
  {
    name: "gives a tool its variables, with secrets revealed",
    run: async ({ tools }) => {
      const secret = randomUUID();
      const env = { DBSAVE_PLAIN: "a b=c", DBSAVE_SECRET: new Secret(secret) };
      assert.equal(
        await shell(tools, 'printf "%s|%s" "$DBSAVE_PLAIN" "$DBSAVE_SECRET"', [], { env }),
        `a b=c|${secret}`,
      );
    },
  },
  {
    name: "shows no secret in a list of processes",
    run: async ({ tools, running, patienceMs }) => {
      const secret = randomUUID();
      const sleep = uniqueSleep();
      const controller = new AbortController();
      const options = { signal: controller.signal, env: { DBSAVE_SECRET: new Secret(secret) } };
      const tool = start(tools, `sleep ${sleep}`, [], options);
      await eventually(patienceMs, "the tool does not run", async () => (await running(sleep)).length > 0);
      assert.deepEqual(await running(secret), []);
      controller.abort();
      await failed(tool, "ABORTED", patienceMs);
    },
  },
  {
    name: "speaks English and UTF-8 to a tool, and gives it a PATH",
    run: async ({ tools }) => {
      assert.equal(await shell(tools, 'test -n "$PATH"; printf "%s %s" "$LC_ALL" "$?"'), "C.UTF-8 0");
    },
  },
  {
    name: "runs a tool in the directory it was given",
    run: async ({ tools }) => {
      assert.equal(await shell(tools, "pwd", [], { cwd: "/usr" }), "/usr\n");
    },
  },
  {
    name: "gives a tool that has no input an empty one",
    run: async ({ tools, patienceMs }) => {
      const tool = tools.run("cat", [], { signal: AbortSignal.timeout(patienceMs) });
      assert.equal(await text(tool.stdout), "");
      await tool.done;
    },
  },
];
