import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { inspect } from "node:util";
import { Secret } from "@dbsave/core";
import { idle } from "../storage/storage-steps.ts";
import { endless, eventually, failed, failureOf, shell, start } from "./tool-steps.ts";
import type { ToolPromise } from "./tool-subject.ts";

export const failingPromises: readonly ToolPromise[] = [
  {
    name: "fails the output of a tool that fails after printing, so that half an output never looks whole",
    run: async ({ tools, patienceMs }) => {
      const { message } = await failed(
        start(tools, "echo half; echo 'disk on fire' >&2; exit 3"),
        "TOOL_FAILED",
        patienceMs,
      );
      assert.match(message, /exit status 3/);
      assert.match(message, /disk on fire/);
    },
  },
  {
    name: "fails the output of a tool that was killed",
    run: async ({ tools, patienceMs }) => {
      const { message } = await failed(start(tools, "echo half; kill -9 $$"), "TOOL_FAILED", patienceMs);
      assert.match(message, /SIGKILL/);
    },
  },
  {
    name: "quotes only the end of what a tool says, in one line that cannot move a cursor",
    run: async ({ tools, patienceMs }) => {
      const script = "head -c 3000000 /dev/zero | tr '\\0' '\\n' >&2; printf 'first\\033[2J\\rlast\\n' >&2; exit 1";
      const { message } = await failed(start(tools, script), "TOOL_FAILED", patienceMs);
      assert.match(message, /last$/);
      assert.ok(message.length < 4000 && !/\p{Cc}/u.test(message), "long, or with control characters");
    },
  },
  {
    name: "shows neither arguments nor secrets in an error",
    run: async ({ tools, patienceMs }) => {
      const [secret, argument] = [randomUUID(), randomUUID()];
      const env = { DBSAVE_SECRET: new Secret(secret) };
      const script = 'echo "cannot log in with $DBSAVE_SECRET" >&2; exit 1';
      const error = await failed(start(tools, script, [argument], { env }), "TOOL_FAILED", patienceMs);
      assert.match(error.message, /cannot log in with \*\*\*/);
      const shown = inspect(error, { depth: 10, showHidden: true });
      assert.ok(!shown.includes(secret) && !shown.includes(argument), "an argument or a secret is shown");
    },
  },
  {
    name: "says TOOL_MISSING when there is no such program, and closes the input",
    run: async ({ tools, patienceMs }) => {
      const input = Readable.from(endless());
      const { message } = await failed(
        tools.run("no-such-tool", [], { signal: idle, input }),
        "TOOL_MISSING",
        patienceMs,
      );
      assert.match(message, /no-such-tool/);
      await eventually(patienceMs, "the input is still open", async () => input.destroyed);
      await failed(tools.run("/nowhere/tool", [], { signal: idle }), "TOOL_MISSING", patienceMs);
    },
  },
  {
    name: "does not say TOOL_MISSING when a script misses a program of its own",
    run: async ({ tools, patienceMs }) => {
      await failed(start(tools, "no-such-tool"), "TOOL_FAILED", patienceMs);
    },
  },
  {
    name: "says PERMISSION_DENIED when a file is no program",
    run: async ({ tools, patienceMs }) => {
      await failed(tools.run("/etc/passwd", [], { signal: idle }), "PERMISSION_DENIED", patienceMs);
    },
  },
  {
    name: "says OPTIONS_INVALID for a NUL byte in an argument and for a missing directory",
    run: async ({ tools, patienceMs }) => {
      await failed(tools.run("echo", ["a\0b"], { signal: idle }), "OPTIONS_INVALID", patienceMs);
      await failed(tools.run("echo", [], { signal: idle, cwd: "/no/such/place" }), "OPTIONS_INVALID", patienceMs);
    },
  },
  {
    name: "never starts a tool when the run is cancelled already",
    run: async ({ tools, patienceMs }) => {
      const file = `/tmp/dbsave-trial-${randomUUID()}`;
      await failed(start(tools, 'touch "$1"', [file], { signal: AbortSignal.abort() }), "ABORTED", patienceMs);
      assert.equal(await failureOf(shell(tools, '! test -e "$1"', [file])), undefined);
    },
  },
];
