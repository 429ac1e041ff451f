import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { formatHeader, headerLength, parseHeader, verifyHeader } from "../src/age/header.ts";

const printable = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 70,
});
const stanza = fc.record({
  args: fc.array(printable, { minLength: 1, maxLength: 4 }),
  body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
});
const stanzas = fc.array(stanza, { minLength: 1, maxLength: 5 });

it("an age header comes back as it was written, and its end is found at every length of what follows", () => {
  fc.assert(
    fc.property(stanzas, fc.uint8Array({ maxLength: 40 }), (written, payload) => {
      const fileKey = randomBytes(16);
      const text = Buffer.from(formatHeader(written, fileKey));
      expect(headerLength(Buffer.concat([text, payload]))).toBe(text.length);
      const header = parseHeader(text);
      expect(header.stanzas).toEqual(written);
      expect(() => verifyHeader(header, fileKey)).not.toThrow();
    }),
  );
});

it("an age header that is not complete is known to be so, at every length", () => {
  const text = Buffer.from(formatHeader([{ args: ["X25519", "abc"], body: randomBytes(96) }], randomBytes(16)));
  for (let length = 0; length < text.length; length++) expect(headerLength(text.subarray(0, length))).toBeUndefined();
});

it("an age header without an end is refused before it fills the memory", () => {
  const start = Buffer.from("age-encryption.org/v1\n");
  expect(headerLength(Buffer.concat([start, Buffer.alloc(1000 * 1024)]))).toBeUndefined();
  expect(() => headerLength(Buffer.concat([start, Buffer.alloc(1024 * 1024)]))).toThrow("does not end");
});

it("an age header with any bit changed is refused or has another MAC", () => {
  const fileKey = randomBytes(16);
  const text = Buffer.from(formatHeader([{ args: ["X25519", "abc"], body: randomBytes(32) }], fileKey));
  for (let bit = 0; bit < (text.length - 1) * 8; bit++) {
    const changed = Buffer.from(text);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(() => verifyHeader(parseHeader(changed), fileKey)).toThrow(
      expect.objectContaining({ code: "DECODE_FAILED" }),
    );
  }
});
