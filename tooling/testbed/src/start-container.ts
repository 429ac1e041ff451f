import { randomBytes } from "node:crypto";
import type { ServerSpec } from "./catalogue.ts";
import { makeCertificates } from "./certificates.ts";
import { command } from "./command.ts";
import { ensureImage } from "./image.ts";
import { runLabel, type TestRun } from "./run.ts";
import { setupScript, standbyScript } from "./setup-script.ts";
import type { StartedServer, TestContainer } from "./started-server.ts";
import { untilReady } from "./until-ready.ts";

const port = "5432";

/** Data in memory, so that a test can neither fill the disk nor leave anything on it. */
const memory = "/testbed:rw,mode=1777,size=6g";

/** Starts a server in a container of its own, known to Compose as `service`; the port is published on loopback only. */
export async function startContainer(
  spec: ServerSpec,
  run: TestRun,
  service: string = spec.name,
): Promise<StartedServer> {
  const { authority, certificate, key } = await makeCertificates();
  const password = randomBytes(18).toString("base64url");
  const env = { PASSWORD: password, TLS_KEY: key, TLS_CERT: certificate };
  const started = await runServer(spec, run, service, { script: setupScript(spec, "*", Number(port)), env });
  return { ...started, url: `postgres://postgres:${password}@${started.published}`, authority };
}

/** Starts a server that follows the one at `primary`, with the same roles and passwords. */
export async function startStandby(
  spec: ServerSpec,
  run: TestRun,
  primary: { readonly host: string; readonly password: string },
): Promise<StartedServer> {
  const service = `${spec.name}-standby-${randomBytes(4).toString("hex")}`;
  const env = { PRIMARY: primary.host, PASSWORD: primary.password };
  const started = await runServer(spec, run, service, { script: standbyScript(Number(port)), env });
  return { ...started, url: `postgres://postgres:${primary.password}@${started.published}` };
}

/** Runs `script`, which becomes the server, and waits until that answers. */
async function runServer(
  spec: ServerSpec,
  run: TestRun,
  service: string,
  { script, env: given }: { readonly script: string; readonly env: Readonly<Record<string, string>> },
): Promise<{ readonly published: string; readonly container: TestContainer }> {
  const image = await ensureImage(spec);
  const env = { DATA: "/testbed/data", SOCKETS: "/tmp", ...given };
  const project = run.name.toLowerCase();
  const labels = {
    [runLabel]: run.name,
    "com.docker.compose.project": project,
    "com.docker.compose.service": service,
    "dbsave.target": `${project}/${service}`,
  };
  const fixed = [
    "--detach",
    "--user",
    "postgres",
    "--tmpfs",
    memory,
    "--shm-size",
    "256m",
    "--publish",
    `127.0.0.1::${port}`,
  ];
  const options = [
    ...fixed,
    ...Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]),
    ...Object.keys(env).flatMap((name) => ["--env", name]),
  ];
  const started = await command("docker", ["run", ...options, "--entrypoint", "sh", image, "-c", script], { env });
  const id = started.trim();
  try {
    await untilReady(["docker", "exec", id, "psql", "-X", "-h", "/tmp", "-U", "postgres", "-c", "select 1"]);
  } catch (error) {
    const log = await command("sh", ["-c", 'docker logs --tail 20 "$1" 2>&1', "sh", id]);
    throw new Error(`${spec.name} does not start in ${image}: ${log.trim()}`, { cause: error });
  }
  const published = (await command("docker", ["port", id, port])).split("\n")[0] ?? "";
  const name = (await command("docker", ["inspect", "--format", "{{.Name}}", id])).trim().slice(1);
  return {
    published,
    container: { id, name, compose: `${project}/${service}` },
  };
}
