import type { Duplex } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { DbsaveError } from "@dbsave/core";
import type Docker from "dockerode";
import type { Program } from "../tool-process.ts";
import type { DockerEngine } from "./connect.ts";
import { locateContainer } from "./find-container.ts";
import { type MarkedProcesses, markerName } from "./marked-processes.ts";
import type { ContainerQuery } from "./selector.ts";
import { shortExec } from "./short-exec.ts";

/** In which container, and as whom, programs are started. */
export interface ContainerPlace {
  readonly engine: DockerEngine;
  readonly query: ContainerQuery;
  readonly user: string | undefined;
  /** Where the container has no such user, the one of the image will do. */
  readonly mayBeOther?: boolean;
  readonly killAfterMs: number;
}

/** A program that the engine was told to start. */
export interface ExecSession {
  readonly exec: Docker.Exec;
  /** Both outputs, multiplexed; writing is the program's input, and ending it the end of that. */
  readonly socket: Duplex;
  readonly processes: MarkedProcesses;
}

/** Finds the container and starts the program there, without a terminal (it would change bytes) and without a shell. */
export async function startSession(
  program: Program,
  place: ContainerPlace,
  marker: string,
  signal: AbortSignal,
): Promise<ExecSession> {
  const { engine, query } = place;
  const { id, state } = await locateContainer(engine, query, signal);
  if (state !== "running") throw notRunning(program.tool, query, state);
  const container = (await engine.docker()).getContainer(id);
  const user = await userIn(container, place, signal);
  const exec = await container.exec({
    Cmd: [program.tool, ...program.args],
    Env: Object.entries({ ...program.env, [markerName]: marker }).map(([name, value]) => `${name}=${value}`),
    AttachStdin: program.hasInput,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    ...(user === undefined ? {} : { User: user }),
    ...(program.cwd === undefined ? {} : { WorkingDir: program.cwd }),
    abortSignal: signal,
  });
  const socket = await exec.start({ hijack: true, stdin: program.hasInput });
  return { exec, socket, processes: { container, marker, user } };
}

async function userIn(
  container: Docker.Container,
  { user, mayBeOther = false }: ContainerPlace,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (user === undefined || !mayBeOther) return user;
  const { exitCode } = await shortExec(container, ["id", "-u", user], undefined, signal);
  return exitCode === 0 ? user : undefined;
}

/** The outputs end a moment before the engine knows the exit status, or long before when the program closed them. */
export async function endOfExec(exec: Docker.Exec, signal: AbortSignal): Promise<Docker.ExecInspectInfo> {
  for (let waitMs = 5; ; waitMs = Math.min(2 * waitMs, 500)) {
    const info = await exec.inspect({ abortSignal: signal });
    if (!info.Running) return info;
    await setTimeout(waitMs, undefined, { signal });
  }
}

export function notRunning(tool: string, query: ContainerQuery, state: string): DbsaveError {
  const hints: Readonly<Record<string, string>> = {
    restarting: "It ends again and again: read `docker logs`.",
    paused: "Go on with `docker unpause`.",
  };
  return new DbsaveError("CONNECT_FAILED", `${tool}: the container does not run (${state}): ${query.text}`, {
    hint: hints[state] ?? "Start it with `docker start` or `docker compose up`.",
  });
}
