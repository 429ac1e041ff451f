import { setTimeout } from "node:timers/promises";
import {
  DbsaveError,
  type RunningServer,
  type ServerCommand,
  type ServerPlace,
  type StartServerOptions,
  throwIfAborted,
} from "@dbsave/core";
import { revealEnvironment, secretValues } from "../environment.ts";
import { outputTail } from "../output-tail.ts";
import { toolFailure } from "../tool-failure.ts";
import type { Program, ToolProcess } from "../tool-process.ts";

/** A place that exists. Disposing ends everything that runs there and removes it. */
export interface OpenPlace extends ServerPlace, AsyncDisposable {
  launch(program: Program, stopSignal: NodeJS.Signals): ToolProcess;
  /** What every program there gets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Prepares `place`, starts the server in it and waits until it is ready. Whatever goes wrong, the place is removed. */
export async function startServer(
  place: OpenPlace,
  describe: (place: ServerPlace) => Promise<ServerCommand>,
  options: StartServerOptions,
): Promise<RunningServer> {
  const { directory, socketDirectory, tcp, tools } = place;
  const shown: ServerPlace = { directory, socketDirectory, tcp, tools };
  const cleanUp = new AsyncDisposableStack();
  try {
    cleanUp.use(place);
    const { tool, args, env = {}, stopSignal = "SIGTERM", ready } = await describe(shown);
    throwIfAborted(options.signal, options.name);
    const tail = outputTail(secretValues(env));
    const child = place.launch(
      { tool, args, env: { ...place.environment, ...revealEnvironment(env) }, cwd: directory, hasInput: false },
      stopSignal,
    );
    for (const output of [child.stdout, child.stderr]) output.on("data", (chunk: Buffer) => tail.add(chunk));
    const ended = child.exit.then((exit) => {
      throw toolFailure(tool, exit, tail.text());
    });
    ended.catch(() => undefined); // a server that ends later is seen by whoever uses it
    cleanUp.defer(async () => {
      child.stop();
      await ended.catch(() => undefined);
    });
    await untilReady({ ready }, ended, options, () => tail.text());
    return { ...shown, log: () => tail.text(), [Symbol.asyncDispose]: () => cleanUp.disposeAsync() };
  } catch (error) {
    await cleanUp.disposeAsync();
    throw error;
  }
}

async function untilReady(
  { ready }: Pick<ServerCommand, "ready">,
  ended: Promise<never>,
  { name, signal, readyTimeoutMs = 60_000 }: StartServerOptions,
  log: () => string,
): Promise<void> {
  const limit = AbortSignal.timeout(readyTimeoutMs);
  const stop = AbortSignal.any([signal, limit]);
  let last: unknown;
  const ask = async (): Promise<boolean> => {
    try {
      return await ready(stop);
    } catch (error) {
      last = error;
      return false;
    }
  };
  const stopped = Promise.withResolvers<never>();
  stop.addEventListener("abort", () => stopped.reject(stop.reason), { once: true });
  stopped.promise.catch(() => undefined);
  try {
    throwIfAborted(signal, name);
    while (!(await Promise.race([ask(), ended, stopped.promise]))) {
      await Promise.race([setTimeout(50, undefined, { signal: stop }), ended]);
    }
  } catch (error) {
    throwIfAborted(signal, name);
    if (!limit.aborted) throw error;
    throw new DbsaveError(
      "TIMED_OUT",
      `${name}: not ready after ${readyTimeoutMs} ms: ${log() || "it printed nothing"}`,
      {
        cause: last,
      },
    );
  }
}
