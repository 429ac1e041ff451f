import * as fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBech32, encodeBech32 } from "../src/age/bech32.ts";

const data = fc.uint8Array({ maxLength: 100 });
const prefix = fc.string({
  unit: fc.constantFrom(...Array.from("abcdefghijklmnopqrstuvwxyz0123456789-")),
  minLength: 1,
  maxLength: 20,
});

it("bech32 gives any bytes back, in lower and in upper case", () => {
  fc.assert(
    fc.property(prefix, data, (name, bytes) => {
      const text = encodeBech32(name, bytes);
      const expected = { prefix: name, data: Buffer.from(bytes) };
      expect(decodeBech32(text)).toEqual(expected);
      expect(decodeBech32(text.toUpperCase())).toEqual(expected);
    }),
  );
});

it("bech32 notices any one or two wrong letters", () => {
  const letters = fc.constantFrom(...Array.from("qpzry9x8gf2tvdw0s3jn54khce6mua7l"));
  const change = fc.tuple(fc.nat(), letters);
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(bytes, fc.array(change, { minLength: 1, maxLength: 2 }), (key, changes) => {
      const text = encodeBech32("age", key);
      const altered = Array.from(text);
      for (const [at, letter] of changes) altered[4 + (at % (text.length - 4))] = letter;
      expect(decodeBech32(altered.join("")) === undefined).toBe(altered.join("") !== text);
    }),
  );
});

it("bech32 takes what BIP 173 calls valid and nothing of what it calls invalid", () => {
  for (const valid of [
    "A12UEL5L",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
  ]) {
    expect(decodeBech32(valid)?.data.length).toBe(0);
  }
  const mixedCase = "A12UEl5l";
  const noSeparator = "pzry9x0s0muk";
  const emptyPrefix = "1pzry9x0s0muk";
  const wrongLetter = "x1b4n0q5v";
  const shortChecksum = "li1dgmt3";
  const wrongChecksum = "A1G7SGD8";
  const spaceInPrefix = " 1nwldj5";
  for (const invalid of [
    mixedCase,
    noSeparator,
    emptyPrefix,
    wrongLetter,
    shortChecksum,
    wrongChecksum,
    spaceInPrefix,
    "",
  ]) {
    expect(decodeBech32(invalid)).toBeUndefined();
  }
});

it("bech32 refuses left-over bits that are not zero, and a left-over letter", () => {
  expect(decodeBech32("age1luyvfgxs")?.data).toEqual(Buffer.of(255));
  expect(decodeBech32("age1lae6aamz")).toBeUndefined();
  expect(decodeBech32("age1luqrr2q7m")).toBeUndefined();
});
