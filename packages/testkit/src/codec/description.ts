import assert from "node:assert/strict";
import type { CodecPromise } from "./codec-subject.ts";

export const descriptionPromises: readonly CodecPromise[] = [
  {
    name: "describes itself for manifests, file names and RESTORE.md",
    run: async ({ create }) => {
      const { name, kind, extension, stockDecode } = create();
      assert.match(name, /^[a-z][a-z0-9-]*$/);
      assert.ok(kind === "compression" || kind === "encryption", `unknown kind ${kind}`);
      assert.match(extension, /^\.[a-z0-9]+$/);
      assert.match(stockDecode, /^[a-z0-9]+( [\w./-]+)*$/, "stockDecode must be one plain command");
    },
  },
  {
    name: "passes its own check when it can encode",
    run: async ({ create }) => {
      await create().check();
    },
  },
];
