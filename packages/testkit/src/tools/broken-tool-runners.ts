import { PassThrough, Transform } from "node:stream";
import { DbsaveError } from "@dbsave/core";
import { idle } from "../storage/storage-steps.ts";
import { asking, type BrokenToolRunner, blaming, broken, relayed, scripted } from "./broken-tool-runner.ts";

/** So long may a broken runner leave something running: the suite has seen it by then. */
const soonMs = 3000;

const giving: readonly BrokenToolRunner[] = [
  broken(
    "passes arguments on as they are, because there is no shell",
    "goes through a shell",
    (run) => (tool, args, options) => run("sh", ["-c", [tool, ...args].join(" ")], options),
  ),
  asking("gives a tool its variables, with secrets revealed", "gives stars in place of a secret", ({ env = {} }) => ({
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])),
  })),
  broken(
    "shows no secret in a list of processes",
    "hands variables over as arguments",
    (run) => (tool, args, options) => {
      const values = Object.values(options.env ?? {}).map((value) =>
        typeof value === "string" ? value : value.reveal(),
      );
      return run("sh", ["-c", '"$@"; exit $?', values.join(" "), tool, ...args], options);
    },
  ),
  asking("speaks English and UTF-8 to a tool, and gives it a PATH", "speaks bytes", ({ env }) => ({
    env: { ...env, LC_ALL: "C" },
  })),
  asking("runs a tool in the directory it was given", "runs it elsewhere", () => ({ cwd: "/" })),
  asking("gives a tool that has no input an empty one", "lets it wait for input", ({ input }) => ({
    input: input ?? new PassThrough(),
  })),
];

const streaming: readonly BrokenToolRunner[] = [
  broken("passes every byte unchanged, in and out", "uses a terminal", (run) => (tool, args, options) => {
    const { stdout, done } = run(tool, args, options);
    const terminal = new Transform({
      transform: (chunk: Buffer, _encoding, callback) =>
        callback(null, Buffer.from(chunk.toString("latin1").replaceAll("\n", "\r\n"), "latin1")),
    });
    return { stdout: stdout.pipe(terminal), done };
  }),
  scripted("keeps what a tool says on stderr out of its output", "mixes both outputs", 'exec "$@" 2>&1'),
  asking("ends the input of a tool when the input ends", "loses the last piece of the input", ({ input }) => {
    let held: Buffer | undefined;
    const withoutLast = new Transform({
      transform(chunk: Buffer, _encoding, callback) {
        const passed = held;
        held = chunk;
        callback(null, passed);
      },
    });
    return input === undefined ? {} : { input: input.pipe(withoutLast) };
  }),
  asking("lets a tool stop reading early, and closes the input", "keeps the input open", ({ input }) =>
    input === undefined ? {} : { input: input.pipe(new PassThrough()) },
  ),
  broken(
    "reads no further than its reader, so that memory does not grow with the output",
    "reads on while nobody takes it",
    (run) => (tool, args, options) => {
      const { stdout, done } = run(tool, args, options);
      return { stdout: stdout.pipe(new PassThrough({ highWaterMark: 2 ** 30 })), done };
    },
  ),
];

const failed: readonly BrokenToolRunner[] = [
  broken(
    "fails the output of a tool that fails after printing, so that half an output never looks whole",
    "ends the output of a tool that failed",
    (run) => (tool, args, options) => {
      const { stdout, done } = run(tool, args, options);
      return { stdout: relayed(stdout, done, () => undefined).stdout, done };
    },
  ),
  broken(
    "fails the output of a tool that was killed",
    "takes no exit status for a good one",
    (run) => (tool, args, options) => {
      const { stdout, done } = run(tool, args, options);
      return relayed(stdout, done, (error) => (error.message.includes("SIGKILL") ? undefined : error));
    },
  ),
  blaming(
    "quotes only the end of what a tool says, in one line that cannot move a cursor",
    "quotes as it is",
    ({ code, message }) => new DbsaveError(code, message.replaceAll("\\u{1b}", "\u001b")),
  ),
  blaming(
    "shows neither arguments nor secrets in an error",
    "quotes the arguments",
    ({ code, message }, args) => new DbsaveError(code, `${args.join(" ")}: ${message}`),
  ),
  blaming(
    "says TOOL_MISSING when there is no such program, and closes the input",
    "says TOOL_FAILED for everything",
    (error) => (error.code === "TOOL_MISSING" ? new DbsaveError("TOOL_FAILED", error.message) : error),
  ),
  blaming("does not say TOOL_MISSING when a script misses a program of its own", "trusts exit status 127", (error) =>
    error.message.includes("127") ? new DbsaveError("TOOL_MISSING", error.message) : error,
  ),
  scripted("says PERMISSION_DENIED when a file is no program", "starts every tool by `env`", 'exec env "$@"'),
  broken(
    "says OPTIONS_INVALID for a NUL byte in an argument and for a missing directory",
    "leaves NUL bytes out",
    (run) => (tool, args, options) =>
      run(
        tool,
        args.map((each) => each.replaceAll("\0", "")),
        options,
      ),
  ),
  broken("never starts a tool when the run is cancelled already", "looks too late", (run) => (tool, args, options) => {
    if (!options.signal.aborted) return run(tool, args, options);
    const { stdout, done } = run(tool, args, { ...options, signal: idle });
    const late = done.then(() => Promise.reject(new DbsaveError("ABORTED", "broken: cancelled")));
    return relayed(stdout, late, (error) => error);
  }),
];

const stopping: readonly BrokenToolRunner[] = [
  broken(
    "ends a cancelled tool with everything it started, also what ignores SIGTERM",
    "fails at once and ends nothing",
    (run) => (tool, args, options) => {
      const later = new AbortController();
      options.signal.addEventListener("abort", () => setTimeout(() => later.abort(), soonMs), { once: true });
      const { stdout, done } = run(tool, args, { ...options, signal: later.signal });
      const cancelled = Promise.withResolvers<void>();
      const error = new DbsaveError("ABORTED", "broken: cancelled");
      options.signal.addEventListener("abort", () => cancelled.reject(error), { once: true });
      const first = Promise.race([done, cancelled.promise]);
      const output = new PassThrough();
      output.on("error", () => {});
      first.catch((reason: Error) => output.destroy(reason));
      stdout.on("error", () => {}).pipe(output);
      return { stdout: output, done: first };
    },
  ),
  scripted("lets a cancelled tool clean up after itself", "lets no signal through but SIGKILL", `trap '' TERM; "$@"`),
  asking("says TIMED_OUT when a tool neither reads nor writes, and ends it", "never notices", ({ signal }) => ({
    stallTimeoutMs: 10 * 60_000,
    signal: AbortSignal.any([signal, AbortSignal.timeout(soonMs)]),
  })),
  broken(
    "does not blame a tool for a slow reader or a slow input",
    "watches the clock alone",
    (run) => (tool, args, options) => {
      const limit = AbortSignal.timeout(options.stallTimeoutMs ?? 2 ** 31 - 1);
      const { stdout, done } = run(tool, args, { ...options, signal: AbortSignal.any([options.signal, limit]) });
      return relayed(stdout, done, (error) => (limit.aborted ? new DbsaveError("TIMED_OUT", "broken: slow") : error));
    },
  ),
  asking("never lets a failed input look like a whole one", "ends the input when it fails", ({ input }) => {
    if (input === undefined) return {};
    const whole = new PassThrough();
    input.on("error", () => whole.end()).pipe(whole);
    return { input: whole };
  }),
  broken(
    "ends a tool whose output nobody takes any more, for the reader's reason",
    "reads on alone",
    (run) => (tool, args, options) => {
      const limit = AbortSignal.any([options.signal, AbortSignal.timeout(soonMs)]);
      const { stdout, done } = run(tool, args, { ...options, signal: limit });
      const output = new PassThrough();
      output.on("error", () => {}).once("close", () => stdout.resume());
      stdout.on("error", (error) => output.destroy(error)).pipe(output);
      return { stdout: output, done };
    },
  ),
  scripted("leaves nothing behind of a tool that failed", "loses sight of what a tool starts", 'setsid "$@"'),
];

/** For every promise of a tool runner one that breaks it. */
export const brokenToolRunners: readonly BrokenToolRunner[] = [...giving, ...streaming, ...failed, ...stopping];
