import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FsPort, nodeFs } from "@dbsave/core";
import { storageConformance } from "@dbsave/testkit";
import { fsStorage } from "../src/index.ts";
import { openFiles } from "./open-files.ts";

const cannot = { "shows no secret in its name or in an error": "it is given no secrets" };
const withoutLinks: FsPort = {
  ...nodeFs,
  link: () => Promise.reject(Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM" })),
};

for (const [name, fs] of Object.entries({ fs: nodeFs, "fs without hard links": withoutLinks })) {
  storageConformance({
    name,
    cannot,
    create: async () => {
      const path = await mkdtemp(join(tmpdir(), "dbsave-fs-"));
      return {
        storage: fsStorage({ path: join(path, "repository"), fs }),
        ...(process.platform === "linux" && { openHandles: () => openFiles(path) }),
        [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
      };
    },
  });
}
