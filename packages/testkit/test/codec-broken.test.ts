import { describe, expect, it, vi } from "vitest";
import { brokenCodecs } from "../src/codec/broken-codecs.ts";
import { toyEncryptionSubject, toyKey } from "../src/codec/broken-encryptions.ts";
import { codecConformance } from "../src/codec/codec-conformance.ts";
import { codecPromises, encryptionPromises, promisesOf } from "../src/codec/codec-promises.ts";
import { toyCompression, toyEncryption } from "../src/codec/toy-codec.ts";

vi.setConfig({ testTimeout: 60_000 });

codecConformance({ name: "an honest compression", create: () => toyCompression() });
codecConformance({
  name: "an honest encryption",
  create: () => toyEncryption(toyKey),
  encryption: toyEncryptionSubject,
});

describe("codecConformance finds", () => {
  for (const { subject, breaks } of brokenCodecs) {
    for (const name of breaks) {
      it(`${subject.name}: not "${name}"`, async () => {
        const promise = promisesOf(subject).find((candidate) => candidate.name === name);
        await expect(promise?.run()).rejects.toThrow();
      });
    }
  }

  it("every promise of the list broken by some codec, so that none is an empty one", () => {
    const broken = new Set(brokenCodecs.flatMap(({ breaks }) => breaks));
    expect(
      [...codecPromises, ...encryptionPromises].map(({ name }) => name).filter((name) => !broken.has(name)),
    ).toEqual([]);
  });

  it("an encryption codec that comes without what is needed to test it", () => {
    expect(() => promisesOf({ name: "incomplete", create: () => toyEncryption() })).toThrow("needs `encryption`");
  });
});
