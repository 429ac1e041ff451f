import { dirname } from "node:path";
import { captureText, containerServers, hostServers } from "../src/index.ts";

/** Starts a throw-away server and says where. Then disposes it, or waits to be killed: `server-owner.ts dispose|wait ROOT [COMPOSE]`. */
const [, , what = "", root = "", compose = ""] = process.argv;
const { signal } = new AbortController();
const servers =
  compose === "" ? hostServers({ env: process.env, root }) : containerServers({ like: { compose }, root });
const server = await servers.start(
  async () => ({ tool: "sh", args: ["-c", "sleep 600 & sleep 600"], ready: async () => true }),
  { name: "abandoned", signal },
);
const container = compose === "" ? "" : await captureText(server.tools, "hostname", [], { signal });
const folder = dirname(compose === "" ? server.directory : server.socketDirectory);
console.log(folder, container);
if (what === "dispose") await server[Symbol.asyncDispose]();
else setInterval(() => {}, 60_000);
