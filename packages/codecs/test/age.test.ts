import { randomBytes } from "node:crypto";
import { Secret } from "@dbsave/core";
import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { encodeBech32 } from "../src/age/bech32.ts";
import { type AgeOptions, age, generateIdentity } from "../src/index.ts";
import { through } from "./support/through.ts";

vi.setConfig({ testTimeout: 30_000 });

const KiB = 1024;
const own = generateIdentity();
const friend = generateIdentity();
const stranger = generateIdentity();
const plain = randomBytes(200 * KiB);
const passphrase = new Secret("correct horse battery staple");
/** Bytes that a sealed 64 KiB chunk takes. */
const sealedChunk = 64 * KiB + 16;

const encrypt = (options: AgeOptions, data = plain): Promise<Buffer> => through(age(options).encoder(), data);
const decrypt = (options: AgeOptions, data: Buffer): Promise<Buffer> => through(age(options).decoder(), data);
const failsWith = (code: string, message = ""): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

describe("age with recipients", () => {
  it("can be read by each recipient alone, and by nobody else", async () => {
    const coded = await encrypt({ recipients: [friend.recipient, own.recipient] });
    expect(await decrypt({ identities: [own.identity] }, coded)).toEqual(plain);
    expect(await decrypt({ identities: [friend.identity.reveal()] }, coded)).toEqual(plain);
    expect(await decrypt({ identities: [stranger.identity, friend.identity] }, coded)).toEqual(plain);
    const wrong = failsWith("KEY_WRONG", "none of the given identities opens the file");
    await expect(decrypt({ identities: [stranger.identity] }, coded)).rejects.toEqual(wrong);
  });

  it("says that an identity is missing, and which kind of key the file needs", async () => {
    const coded = await encrypt({ recipients: [own.recipient] });
    await expect(decrypt({}, coded)).rejects.toEqual(failsWith("KEY_WRONG", "no identity was given"));
    await expect(decrypt({ passphrase }, coded)).rejects.toEqual(failsWith("KEY_WRONG", "no identity was given"));
    const sealed = await encrypt({ passphrase, workFactor: 4 });
    const needed = failsWith("KEY_WRONG", "the file needs a passphrase");
    await expect(decrypt({ identities: [own.identity] }, sealed)).rejects.toEqual(needed);
  });

  it.each([
    ["no recipient and no passphrase", {}, "no recipients and no passphrase"],
    ["an empty list", { recipients: [] }, "no recipients and no passphrase"],
    ["an empty passphrase", { passphrase: new Secret("") }, "passphrase is empty"],
    ["recipients and a passphrase", { recipients: [own.recipient], passphrase }, "not both"],
    ["a recipient with a typing error", { recipients: [`${own.recipient.slice(0, -1)}b`] }, "recipient 1 of 1"],
    ["an upper-case recipient", { recipients: [own.recipient.toUpperCase()] }, "recipient 1 of 1"],
    ["an SSH key", { recipients: [own.recipient, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"] }, "recipient 2 of 2"],
    [
      "a recipient that is a low-order point",
      { recipients: [encodeBech32("age", Buffer.alloc(32))] },
      "cannot encrypt",
    ],
  ])("refuses %s before any byte", async (_, options: AgeOptions, message) => {
    await expect(age(options).check()).rejects.toEqual(failsWith("ENCRYPTION_IMPOSSIBLE", message));
    await expect(encrypt(options)).rejects.toEqual(failsWith("ENCRYPTION_IMPOSSIBLE", message));
  });

  it("never repeats an identity that was given as a recipient by mistake", async () => {
    const error = await age({ recipients: [own.identity.reveal()] })
      .check()
      .catch((cause: unknown) => String(cause));
    expect(error).toContain("recipient 1 of 1");
    expect(error).not.toContain("AGE-SECRET-KEY-1");
  });

  it("refuses a malformed identity at once, without repeating it", () => {
    for (const identity of [own.identity.reveal().toLowerCase(), own.recipient, "AGE-SECRET-KEY-1QQQQ", ""]) {
      expect(() => age({ identities: [identity] })).toThrow(failsWith("OPTIONS_INVALID"));
      expect(() => age({ identities: [identity] })).not.toThrow("QQQQ");
    }
  });
});

describe("age with a passphrase", () => {
  it("opens with it and with no other", async () => {
    const coded = await encrypt({ passphrase, workFactor: 4 });
    expect(await decrypt({ passphrase, identities: [stranger.identity] }, coded)).toEqual(plain);
    await expect(decrypt({ passphrase: new Secret("wrong") }, coded)).rejects.toEqual(failsWith("KEY_WRONG"));
  });

  it("refuses a file that asks for more work than is allowed, before doing it", async () => {
    const coded = await encrypt({ passphrase, workFactor: 4 });
    const costly = Buffer.from(coded.toString("latin1").replace(/^(-> scrypt \S+) 4$/m, "$1 24"), "latin1");
    const tooMuch = failsWith("DECODE_FAILED", "work factor 24, allowed is 18");
    await expect(decrypt({ passphrase, workFactor: 4 }, costly)).rejects.toEqual(tooMuch);
  });

  it("refuses work factors that do not exist", () => {
    for (const workFactor of [0, 25, 1.5, Number.NaN]) {
      expect(() => age({ passphrase, workFactor })).toThrow(failsWith("OPTIONS_INVALID"));
    }
  });

  it("tells to decrypt with a passphrase, not with a key", () => {
    expect(age({ passphrase }).stockDecode).toBe("age -d");
    expect(age({ recipients: [own.recipient] }).stockDecode).toBe("age -d -i key.txt");
  });
});

describe("age notices", () => {
  const cut = failsWith("DECODE_FAILED");

  it("a file that ends at any boundary of its chunks", async () => {
    const coded = await encrypt({ recipients: [own.recipient] }, randomBytes(4 * 64 * KiB));
    const payload = coded.length - 4 * sealedChunk;
    for (let chunks = 0; chunks < 4; chunks++) {
      const shorter = coded.subarray(0, payload + chunks * sealedChunk);
      await expect(decrypt({ identities: [own.identity] }, shorter)).rejects.toEqual(cut);
    }
  });

  it("chunks that are swapped, repeated or left out", async () => {
    const length = 3 * 64 * KiB + 9;
    const coded = await encrypt({ recipients: [own.recipient] }, randomBytes(length));
    const payload = coded.length - 3 * sealedChunk - 25;
    const [start, a, b, rest] = [
      coded.subarray(0, payload),
      coded.subarray(payload, payload + sealedChunk),
      coded.subarray(payload + sealedChunk, payload + 2 * sealedChunk),
      coded.subarray(payload + 2 * sealedChunk),
    ];
    expect(await decrypt({ identities: [own.identity] }, Buffer.concat([start, a, b, rest]))).toHaveLength(length);
    for (const order of [[b, a], [a, a, b], [a], [b], [a, b, b]]) {
      const changed = Buffer.concat([start, ...order, rest]);
      await expect(decrypt({ identities: [own.identity] }, changed)).rejects.toEqual(cut);
    }
  });

  it("an armored file, and says what to do", async () => {
    const armored = Buffer.from("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n");
    await expect(decrypt({ identities: [own.identity] }, armored)).rejects.toEqual(
      failsWith("DECODE_FAILED", "armored"),
    );
  });
});

it("age gives any bytes back, whatever pieces they come in", async () => {
  const codec = age({ recipients: [own.recipient], identities: [own.identity] });
  const lengths = fc.array(fc.integer({ min: 0, max: 90 * KiB }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(lengths, fc.integer({ min: 50, max: 90 * KiB }), async (sizes, step) => {
      const writes = sizes.map((size) => randomBytes(size));
      const coded = await through(codec.encoder(), ...writes);
      const pieces = Array.from({ length: Math.ceil(coded.length / step) }, (_, i) =>
        coded.subarray(i * step, (i + 1) * step),
      );
      expect((await through(codec.decoder(), ...pieces)).equals(Buffer.concat(writes))).toBe(true);
    }),
    { numRuns: 40 },
  );
});
