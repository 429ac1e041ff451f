import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, openSync, readFileSync, readlinkSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { binaries, type ServerSpec } from "./catalogue.ts";
import { makeCertificates } from "./certificates.ts";
import { command } from "./command.ts";
import { setupScript } from "./setup-script.ts";
import type { StartedServer } from "./started-server.ts";
import { untilReady } from "./until-ready.ts";

/** PostgreSQL refuses to be root. */
const serverUser = "postgres";

/** Whether the programs of this server are on this machine. */
export function isLocal(spec: ServerSpec): boolean {
  const extension = `/usr/share/postgresql/${spec.major}/extension/timescaledb.control`;
  return existsSync(join(binaries(spec), "initdb")) && (!spec.hasTimescale || existsSync(extension));
}

/** Starts a server from the machine's own programs, in a folder of the run, on loopback and a unix socket. */
export async function startLocal(
  spec: ServerSpec,
  runFolder: string,
  name: string = spec.name,
): Promise<StartedServer> {
  const { authority, certificate, key } = await makeCertificates();
  const folder = join(runFolder, name);
  await mkdir(folder);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await command("chown", [serverUser, folder]);
  const user = isRoot ? serverUser : userInfo().username;
  const become = isRoot ? ["setpriv", `--reuid=${serverUser}`, `--regid=${serverUser}`, "--init-groups"] : [];
  const port = await freePort();
  const password = randomBytes(18).toString("base64url");
  const script = setupScript(spec, "127.0.0.1", port);
  const env = {
    PATH: `${binaries(spec)}:${process.env["PATH"] ?? ""}`,
    DATA: join(folder, "data"),
    SOCKETS: folder,
    PASSWORD: password,
    TLS_KEY: key,
    TLS_CERT: certificate,
  };
  const log = openSync(join(folder, "server.log"), "a");
  spawn("env", [...become, "sh", "-c", script], {
    env,
    cwd: folder,
    detached: true,
    stdio: ["ignore", log, log],
  }).unref();
  try {
    await untilReady([...become, "psql", "-X", "-h", folder, "-p", String(port), "-U", "postgres", "-c", "select 1"]);
  } catch (error) {
    throw new Error(`${spec.name} does not start: ${readFileSync(join(folder, "server.log"), "utf8").slice(-2000)}`, {
      cause: error,
    });
  }
  const local = { socketDirectory: folder, port, user };
  return { url: `postgres://postgres:${password}@127.0.0.1:${port}`, authority, local };
}

/** Ends the server that lives in `folder`, if one does. */
export async function stopLocal(folder: string): Promise<void> {
  const data = join(folder, "data");
  const pidFile = join(data, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
  if (folderOf(pid) !== data) return; // the number belongs to somebody else by now
  process.kill(pid, "SIGQUIT");
  while (folderOf(pid) === data) await setTimeout(20);
}

/** A server works in its data directory. */
function folderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
