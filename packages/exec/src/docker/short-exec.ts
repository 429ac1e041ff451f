import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { demultiplex } from "./demultiplex.ts";

export interface ShortAnswer {
  readonly output: string;
  /** Undefined when the program could not be started: `output` then has the engine's reason. */
  readonly exitCode: number | undefined;
}

/** Runs a program that says little in a container that runs, as `user` or the one of the image. */
export async function shortExec(
  container: Docker.Container,
  Cmd: string[],
  user: string | undefined,
  abortSignal: AbortSignal,
): Promise<ShortAnswer> {
  const exec = await container.exec({
    Cmd,
    AttachStdout: true,
    AttachStderr: true,
    ...(user === undefined ? {} : { User: user }),
    abortSignal,
  });
  const socket = await exec.start({ hijack: true, stdin: false, abortSignal });
  const stdout = new PassThrough();
  const [output] = await Promise.all([text(stdout), demultiplex(socket, stdout, new PassThrough().resume())]);
  const { Pid, ExitCode } = await exec.inspect({ abortSignal });
  return { output, exitCode: Pid === 0 ? undefined : (ExitCode ?? 0) };
}
