import { randomBytes } from "node:crypto";
import type { TestContext } from "vitest";
import { type ServerName, type ServerSpec, specOf } from "./catalogue.ts";
import { command, works } from "./command.ts";
import { currentRun, oncePerRun } from "./run.ts";
import { startContainer, startStandby } from "./start-container.ts";
import { isLocal, startLocal, stopLocal } from "./start-local.ts";
import type { StartedServer } from "./started-server.ts";
import { TestServer } from "./test-server.ts";

/**
 * A real server, the same one for all tests of a run: from DBSAVE_TEST_<NAME>_URL, else in Docker, else from the machine's own
 * programs. Where none can be had the test is skipped by name. The first call of a run takes seconds, and the first call
 * on a machine minutes, because an image is made: `beforeAll(…, startTimeoutMs)`.
 */
export async function server(name: ServerName, test: Pick<TestContext, "skip">): Promise<TestServer> {
  const found = await tryServer(name);
  if (typeof found === "string") return test.skip(found);
  return found;
}

/** As `server`, or the reason why it cannot be had: `needs postgres-15: …`. */
export async function tryServer(name: ServerName): Promise<TestServer | string> {
  try {
    return new TestServer(name, await oncePerRun(name, () => start(specOf(name))));
  } catch (error) {
    return `needs ${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Long enough for an image to be made. */
export const startTimeoutMs = 600_000;

/** As `tryServer`, but for whoever asks alone, where it is not given by URL: to change its roles and settings, or to break it. */
export async function tryOwnServer(name: ServerName): Promise<OwnServer | string> {
  try {
    const started = await start(specOf(name), `${name}-${randomBytes(4).toString("hex")}`);
    return new OwnServer(name, started, () => removeServer(started));
  } catch (error) {
    return `needs ${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A standby that follows `primary`, which must be in Docker. */
export async function standbyOf(primary: OwnServer): Promise<OwnServer> {
  const { host } = await primary.address();
  const started = await startStandby(specOf(primary.name), currentRun(), { host, password: primary.password });
  return new OwnServer(primary.name, started, () => removeServer(started));
}

/** A server that nobody else uses. Disposing removes it. */
export class OwnServer extends TestServer implements AsyncDisposable {
  readonly #remove: () => Promise<void>;

  constructor(name: ServerName, started: StartedServer, remove: () => Promise<void>) {
    super(name, started);
    this.#remove = remove;
  }

  /** `docker kill`, `docker pause`, `docker exec <program>`, … on its container. */
  async docker(verb: string, ...args: readonly string[]): Promise<string> {
    if (this.container === undefined) throw new Error(`${this.name} is in no container`);
    const { id } = this.container;
    return await command("docker", verb === "exec" ? ["exec", id, ...args] : [verb, ...args, id]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }
}

async function removeServer({ container, local }: StartedServer): Promise<void> {
  if (container !== undefined) await command("docker", ["rm", "--force", "--volumes", container.id]);
  if (local !== undefined) await stopLocal(local.socketDirectory);
}

async function start(spec: ServerSpec, name: string = spec.name): Promise<StartedServer> {
  const variable = `DBSAVE_TEST_${spec.name.toUpperCase().replaceAll("-", "_")}_URL`;
  const url = process.env[variable];
  if (url !== undefined && url !== "") return { url: url.replace(/\/$/, "") };
  const run = currentRun();
  if (await works("docker", ["version"], { timeoutMs: 20_000 })) return await startContainer(spec, run, name);
  if (isLocal(spec)) return await startLocal(spec, run.folder, name);
  throw new Error(`no ${variable}, no Docker engine, and no such server on this machine`);
}
