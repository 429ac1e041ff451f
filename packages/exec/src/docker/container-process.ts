import { randomUUID } from "node:crypto";
import { type Duplex, PassThrough, Transform, Writable } from "node:stream";
import { callbackify } from "node:util";
import { DbsaveError } from "@dbsave/core";
import type { Program, ToolExit, ToolProcess } from "../tool-process.ts";
import { demultiplex } from "./demultiplex.ts";
import { dockerFailure } from "./docker-failure.ts";
import { askToEnd, endSession } from "./end-session.ts";
import { type ContainerPlace, type ExecSession, endOfExec, startSession } from "./exec-session.ts";
import { startFailure } from "./start-failure.ts";

/** Starts a program in a container and follows it. See `marked-processes.ts` for how it is ended. */
export function startInContainer(program: Program, place: ContainerPlace): ToolProcess {
  const { tool } = program;
  const where = place.query.text;
  const giveUp = new AbortController();
  const stopped = Promise.withResolvers<ToolExit>();
  const { stdout, head } = outputWithHead();
  const stderr = new PassThrough();
  const starting = startSession(program, place, randomUUID(), giveUp.signal);
  const stdin = program.hasInput ? inputOf(starting) : null;

  const watch = async (): Promise<ToolExit> => {
    try {
      const { exec, socket, processes } = await starting;
      await demultiplex(socket, stdout, stderr).finally(() => {
        socket.destroy();
        stdin?.destroy();
      });
      const { Pid, ExitCode } = await endOfExec(exec, giveUp.signal);
      if (Pid === 0) throw startFailure(tool, head(), where);
      if (ExitCode === 0) return { exitCode: 0 };
      const { State } = await processes.container.inspect({ abortSignal: giveUp.signal });
      if (!State.Running) throw new DbsaveError("TOOL_FAILED", `${tool}: its container stopped: ${where}`);
      return ExitCode === 137 ? { signal: "SIGKILL" } : { exitCode: ExitCode ?? undefined };
    } catch (error) {
      throw dockerFailure(error, `${tool}: ${where}`, place.engine.address);
    }
  };

  return {
    stdin,
    stdout,
    stderr,
    exit: Promise.race([watch(), stopped.promise]),
    stop() {
      stdout.destroy();
      stderr.destroy();
      void askToEnd(starting, place.killAfterMs, giveUp).then(stopped.resolve);
    },
    sweep: () => endSession(starting, where),
  };
}

/** Remembers the first bytes: an engine that could not start the program writes its reason there. */
function outputWithHead(): { readonly stdout: Transform; readonly head: () => string } {
  const limit = 2048;
  let first: Buffer = Buffer.alloc(0);
  const stdout = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      if (first.length < limit) first = Buffer.concat([first, chunk.subarray(0, limit - first.length)]);
      callback(null, chunk);
    },
  });
  return { stdout, head: () => first.toString("utf8") };
}

/** Bytes count as written when the engine took them. Destroying it leaves the program's input open. */
function inputOf(starting: Promise<ExecSession>): Writable {
  let socket: Duplex;
  return new Writable({
    construct: callbackify(async () => {
      ({ socket } = await starting);
    }),
    write(chunk, _encoding, callback) {
      socket.write(chunk, callback);
    },
    final(callback) {
      socket.end(callback);
    },
  });
}
