import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Between a client and the socket of a server. */
export class Network {
  readonly #path: string;
  readonly #server: Server;
  readonly #ends = new Set<Socket>();
  #state: "up" | "silent" | "down" = "up";

  private constructor(path: string) {
    this.#path = path;
    this.#server = createServer((client) => this.#join(client));
  }

  static async to(path: string): Promise<Network> {
    const network = new Network(path);
    network.#server.listen(0, "127.0.0.1");
    await once(network.#server, "listening");
    onTestFinished(() => {
      network.breakDown();
      network.#server.close();
    });
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** As behind a cable that was pulled: nothing arrives, and nobody is told. */
  silence(): void {
    this.#state = "silent";
    for (const end of this.#ends) end.pause();
  }

  /** Every connection ends, and no other comes about. */
  breakDown(): void {
    this.#state = "down";
    for (const end of this.#ends) end.destroy();
  }

  mend(): void {
    this.#state = "up";
    for (const end of this.#ends) end.resume();
  }

  #join(client: Socket): void {
    const server = connect(this.#path);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#ends.add(from);
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", () => from.destroy());
      from.on("close", () => {
        this.#ends.delete(from);
        if (this.#state !== "silent") to.destroy();
      });
      if (this.#state === "silent") from.pause();
    }
    if (this.#state === "down") client.destroy();
  }
}
