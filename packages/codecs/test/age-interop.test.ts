import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "@dbsave/core";
import { Decrypter, Encrypter } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { age, generateIdentity } from "../src/index.ts";
import { isInstalled, runStock } from "./support/stock-tool.ts";
import { through } from "./support/through.ts";

vi.setConfig({ testTimeout: 30_000 });

const KiB = 1024;
const lengths = [0, 1, 64 * KiB - 1, 64 * KiB, 64 * KiB + 1, 128 * KiB, 3 * 1024 * KiB + 7];
const { identity, recipient } = generateIdentity();
const other = generateIdentity();
const codec = age({ recipients: [other.recipient, recipient], identities: [identity] });

describe.skipIf(!isInstalled("age"))("age and the stock tool read each other (needs age)", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dbsave-age-"));
    await writeFile(join(folder, "key.txt"), `# a comment\n${identity.reveal()}\n`, { mode: 0o600 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(lengths)("%d bytes", async (length) => {
    const plain = randomBytes(length);
    const coded = await through(codec.encoder(), plain);
    expect(runStock(codec.stockDecode, coded, folder).equals(plain)).toBe(true);
    const stock = runStock(`age -r ${recipient} -r ${other.recipient}`, plain);
    expect((await through(codec.decoder(), stock)).equals(plain)).toBe(true);
  });

  it("and the stock tool refuses what is cut at a chunk, as we do", async () => {
    const coded = await through(codec.encoder(), randomBytes(128 * KiB));
    const shorter = coded.subarray(0, coded.length - 64 * KiB - 16);
    expect(() => runStock(codec.stockDecode, shorter, folder)).toThrow("age -d -i key.txt failed");
    await expect(through(codec.decoder(), shorter)).rejects.toMatchObject({ code: "DECODE_FAILED" });
  });
});

describe("age and the age-encryption package read each other", () => {
  it.each(lengths.slice(0, -1))("%d bytes for recipients", async (length) => {
    const plain = randomBytes(length);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity.reveal());
    const opened = await decrypter.decrypt(await through(codec.encoder(), plain));
    expect(plain.equals(opened)).toBe(true);
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    const sealed = await encrypter.encrypt(plain);
    expect((await through(codec.decoder(), Buffer.from(sealed))).equals(plain)).toBe(true);
  });

  it("with a passphrase", async () => {
    const passphrase = "pässphrase with spaces ";
    const locked = age({ passphrase: new Secret(passphrase), workFactor: 12 });
    const plain = randomBytes(100 * KiB);
    const decrypter = new Decrypter();
    decrypter.addPassphrase(passphrase);
    expect(plain.equals(await decrypter.decrypt(await through(locked.encoder(), plain)))).toBe(true);
    const encrypter = new Encrypter();
    encrypter.setPassphrase(passphrase);
    encrypter.setScryptWorkFactor(14);
    const sealed = await encrypter.encrypt(plain);
    expect((await through(locked.decoder(), Buffer.from(sealed))).equals(plain)).toBe(true);
  });
});
