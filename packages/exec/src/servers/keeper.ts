import type { Duplex } from "node:stream";
import type Docker from "dockerode";

/** A container whose first process waits for the end of its input: whatever else runs in it is started by `docker exec`. */
export interface Keeper extends AsyncDisposable {
  readonly container: Docker.Container;
  /** Resolves when the container and its own volumes are gone. */
  remove(): Promise<void>;
}

export interface KeeperOptions {
  /** Id or name. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly Docker.MountSettings[];
}

/** When this process is killed, the engine ends its input and removes it by itself. It has no network. */
export async function openKeeper(docker: Docker, { image, labels, mounts }: KeeperOptions): Promise<Keeper> {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ["cat"],
    Cmd: [],
    User: "0",
    WorkingDir: "/",
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    Labels: { ...labels },
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      AutoRemove: true,
      NetworkMode: "none",
      SecurityOpt: ["no-new-privileges"],
      ShmSize: 256 * 1024 * 1024,
      Mounts: [...mounts],
    },
  });
  const remove = once(() => removeContainer(container));
  try {
    const input = await container.attach({ stream: true, stdin: true, hijack: true });
    input.on("error", () => {}).resume();
    await container.start();
    return {
      container,
      remove,
      async [Symbol.asyncDispose]() {
        await remove();
        (input as Duplex).destroy(); // the engine leaves its end open, and an open connection keeps a process alive
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Resolves when the container and its own volumes are gone. */
export async function removeContainer(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    const { statusCode } = error as { readonly statusCode?: number };
    if (statusCode === 404) return;
    if (statusCode !== 409) throw error;
    await container.wait({ condition: "removed" }).catch(() => undefined); // the engine itself removes it now
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
