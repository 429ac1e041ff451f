import type { Codec } from "@dbsave/core";
import { expect, it } from "vitest";
import { restoreText } from "../src/pipeline/restore-text.ts";
import { sampleManifest } from "./support/manifest-sample.ts";

const codec = (name: string, stockDecode: string): Codec =>
  ({ name, kind: name === "age" ? "encryption" : "compression", stockDecode }) as unknown as Codec;

function written(ageCommand: string): string {
  const { id, target, engine, consistentAt, artifacts } = sampleManifest();
  const recipe = [
    { explain: "Decode it.", artifact: "database.sqlite", into: "it's.db" },
    { explain: "More.", run: "if [ -f key.txt ]; then true; fi" },
  ];
  const facts = { id, target, engine, description: "/data/app.db", consistentAt, artifacts, upon: [], recipe };
  return restoreText(facts, [codec("zstd", "zstd -dc"), codec("age", ageCommand)]);
}

it("undoes the codecs from the last to the first, with quoted names", () => {
  expect(written("age -d -i key.txt")).toContain(
    "age -d -i key.txt < database.sqlite.zst.age | zstd -dc > 'it'\\''s.db'\n",
  );
});

it("explains the key file when there is one, and says nothing of it when a passphrase opens the backup", () => {
  expect(written("age -d -i key.txt")).toContain("`key.txt` is the file with the identity");
  expect(written("age -d")).not.toContain("`key.txt` is");
});
