import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DbsaveError, toDbsaveError } from "@dbsave/core";
import type Docker from "dockerode";

export interface DockerOptions {
  /**
   * The environment of the application, of which DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are read.
   * @default {} which means the engine of this machine at /var/run/docker.sock
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A Docker engine and how messages call it. */
export interface DockerEngine {
  readonly address: string;
  /** The client is loaded when it is needed: most runs have no container, and it takes a tenth of a second. */
  readonly docker: () => Promise<Docker>;
}

const defaultAddress = "unix:///var/run/docker.sock";
const tlsFiles = { ca: "ca.pem", cert: "cert.pem", key: "key.pem" } as const;

/** No I/O but the TLS files. OPTIONS_INVALID for an address that is none, UNSUPPORTED for `ssh://`. */
export function connectDocker({ env = {} }: DockerOptions): DockerEngine {
  const address = env["DOCKER_HOST"] || defaultAddress;
  const endpoint = { ...nothingFromProcess, ...endpointOf(address, env) };
  return { address, docker: async () => new (await import("dockerode")).default(endpoint) };
}

/** docker-modem reads the process's own environment for every option that is not there, so that a socket path is ignored. */
const nothingFromProcess = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined };

function endpointOf(address: string, env: NonNullable<DockerOptions["env"]>): Docker.DockerOptions {
  const url = URL.parse(address);
  if (url?.protocol === "unix:" && url.pathname !== "") return { socketPath: decodeURIComponent(url.pathname) };
  if (url?.protocol === "ssh:") {
    throw new DbsaveError("UNSUPPORTED", `docker: ssh is not supported: ${address}`, {
      hint: "Forward the socket with `ssh -L /tmp/docker.sock:/var/run/docker.sock HOST` and set DOCKER_HOST to it.",
    });
  }
  if (url === null || !["tcp:", "http:", "https:"].includes(url.protocol) || url.hostname === "") {
    throw new DbsaveError("OPTIONS_INVALID", `docker: DOCKER_HOST is no address of an engine: ${address}`, {
      hint: "Write unix:///path/to/docker.sock or tcp://host:2375.",
    });
  }
  const isSecure = url.protocol === "https:" || Boolean(env["DOCKER_TLS_VERIFY"]);
  const port = url.port === "" ? (isSecure ? 2376 : 2375) : Number(url.port);
  const host = { host: url.hostname, port };
  return isSecure
    ? { ...host, protocol: "https", ...readTlsFiles(env["DOCKER_CERT_PATH"]) }
    : { ...host, protocol: "http" };
}

function readTlsFiles(directory: string | undefined): Partial<Record<keyof typeof tlsFiles, string>> {
  if (directory === undefined) return {};
  return Object.fromEntries(Object.entries(tlsFiles).map(([name, file]) => [name, readTlsFile(join(directory, file))]));
}

function readTlsFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw toDbsaveError(cause, "OPTIONS_INVALID", "docker: DOCKER_CERT_PATH");
  }
}
