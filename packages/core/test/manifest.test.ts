import { readFileSync } from "node:fs";
import { isDbsaveError, type Manifest, readManifest, writeManifest } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { sealJson } from "../src/documents/sealed-json.ts";
import { sampleManifest } from "./support/manifest-sample.ts";

function failure(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("a manifest", () => {
  it("reads back as it was written", () => {
    expect(readManifest(writeManifest(sampleManifest()), "m")).toEqual(sampleManifest());
  });

  it("is written the same whatever the order of its members", () => {
    const reversed = Object.fromEntries(Object.entries(sampleManifest()).toReversed()) as unknown as Manifest;
    expect(writeManifest(reversed)).toBe(writeManifest(sampleManifest()));
  });

  it("written by the first version is still read", () => {
    const text = readFileSync(new URL("fixtures/manifest-format-1.json", import.meta.url), "utf8");
    expect(readManifest(text, "m")).toEqual(sampleManifest());
  });

  it("is refused after a flip of any bit of any byte", () => {
    const good = Buffer.from(writeManifest(sampleManifest()));
    for (let index = 0; index < good.length; index++) {
      const bad = Buffer.from(good);
      bad[index] = (bad[index] ?? 0) ^ (1 << (index % 8));
      const error = failure(() => readManifest(bad.toString("utf8"), "orders/manifest.json"));
      expect(isDbsaveError(error, "MANIFEST_INVALID"), `byte ${index}`).toBe(true);
      expect(String(error)).toContain("orders/manifest.json");
    }
  });

  it("is refused when it is cut at any byte", () => {
    const good = writeManifest(sampleManifest());
    for (let length = 0; length < good.length; length++) {
      const error = failure(() => readManifest(good.slice(0, length), "m"));
      expect(isDbsaveError(error, "MANIFEST_INVALID"), `length ${length}`).toBe(true);
    }
  });

  it("that is nested too deeply is refused, and spoils no listing", () => {
    const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect(failure(() => readManifest(deep, "m"))).toMatchObject({ code: "MANIFEST_INVALID" });
  });

  it("of a newer format is refused as such", () => {
    const text = sealJson({ ...sampleManifest(), formatVersion: 2 });
    expect(failure(() => readManifest(text, "m"))).toMatchObject({ code: "REPOSITORY_UNSUPPORTED" });
  });

  it("keeps its meaning when a later version of the format adds members", () => {
    const text = sealJson({ ...sampleManifest(), colour: "blue" });
    expect(readManifest(text, "m")).toEqual(sampleManifest());
  });

  it.each(["../evil", "/etc/passwd", "a/b", "..", "", "a\u0000b", "c:\\x"])(
    "with the stored name %j is refused",
    (storedName) => {
      const [artifact] = sampleManifest().artifacts;
      const text = sealJson({ ...sampleManifest(), artifacts: [{ ...artifact, storedName }] });
      expect(failure(() => readManifest(text, "m"))).toMatchObject({
        code: "MANIFEST_INVALID",
        message: expect.stringContaining("m.artifacts[0].storedName"),
      });
    },
  );

  const [artifact] = sampleManifest().artifacts;
  const [document] = sampleManifest().documents;
  it.each([
    ["two artifacts of one name", { artifacts: [artifact, { ...artifact, storedName: "other" }] }],
    ["two artifacts in one file", { artifacts: [artifact, { ...artifact, name: "other" }] }],
    ["an artifact in a document's file", { artifacts: [{ ...artifact, storedName: "RESTORE.md" }] }],
    ["an artifact in manifest.json", { artifacts: [{ ...artifact, storedName: "manifest.json" }] }],
    ["a document in manifest.json", { documents: [{ ...document, storedName: "manifest.json" }] }],
  ])("with %s is refused", (_, changes) => {
    const text = sealJson({ ...sampleManifest(), ...changes });
    expect(failure(() => readManifest(text, "m"))).toMatchObject({ code: "MANIFEST_INVALID" });
  });

  it.each([
    ["sequence", -1],
    ["sequence", 1.5],
    ["kind", "partial"],
    ["startedAt", "yesterday"],
    ["artifacts", {}],
    ["details", { nested: {} }],
    ["source", null],
  ])("with %s = %j is refused, naming the member", (key, value) => {
    const text = sealJson({ ...sampleManifest(), [key]: value });
    expect(failure(() => readManifest(text, "m"))).toMatchObject({
      code: "MANIFEST_INVALID",
      message: expect.stringContaining(`m.${key}`),
    });
  });
});
