import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { inflateSync } from "node:zlib";
import { isDbsaveError, Secret } from "@dbsave/core";
import * as published from "cctv-age";
import { describe, expect, it, vi } from "vitest";
import { age, generateIdentity } from "../src/index.ts";

vi.setConfig({ testTimeout: 30_000 });

/** One published vector: what is known about a file, and the file. */
interface Vector {
  readonly name: string;
  readonly facts: readonly (readonly [key: string, value: string])[];
  readonly file: Buffer;
}

/** What the words of the vectors are in codes of dbsave. */
const codes = new Map([
  ["success", "none"],
  ["no match", "KEY_WRONG"],
  ["HMAC failure", "DECODE_FAILED"],
  ["header failure", "DECODE_FAILED"],
  ["payload failure", "DECODE_FAILED"],
]);

const nothing = sha256(Buffer.alloc(0));
/** The payload of `stream_no_final_full`: the one full chunk that these files begin with. */
const firstChunk = "a68cb6fa0b2e2a8d1abd54fcb26ff31fe16166ed38688bffa681e617813b781a";
/**
 * Files whose last genuine chunk is not where the file ends, or ends the file without being the last. The vectors expect
 * it to come out before the error; here it is held back, because what follows is part of how a chunk is proved.
 */
const heldBack = new Map([
  ["stream_no_final_full", nothing],
  ["stream_no_final_two_chunks_full", firstChunk],
  ["stream_trailing_garbage_long", nothing],
  ["stream_trailing_garbage_short", nothing],
  ["stream_two_final_chunks", nothing],
  ["stream_two_final_chunks_full", nothing],
  ["stream_two_final_chunks_second", firstChunk],
]);

const all = Object.entries(published).map(([name, bytes]) => readVector(name, Buffer.from(bytes)));
const armored = all.filter((vector) => valuesOf(vector, "armored").includes("yes"));
const hybrid = all.filter((vector) => !armored.includes(vector) && hasOnlyHybridIdentities(vector));
const supported = all.filter((vector) => !armored.includes(vector) && !hybrid.includes(vector));

describe("age does what is expected of every published vector", () => {
  it.each(supported.map((vector) => [vector.name, vector] as const))("%s", async (_, vector) => {
    const [passphrase] = valuesOf(vector, "passphrase");
    const codec = age({
      identities: x25519Identities(vector),
      ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }),
    });
    const { released, code } = await decodeInSteps(codec.decoder(), vector.file);
    expect(code).toBe(codes.get(valuesOf(vector, "expect")[0] ?? ""));
    const [payload = nothing] = valuesOf(vector, "payload");
    expect(sha256(released)).toBe(heldBack.get(vector.name) ?? payload);
  });

  it("and there are as many of them as when this was written", () => {
    expect({ supported: supported.length, armored: armored.length, hybrid: hybrid.length }).toEqual({
      supported: 93,
      armored: 33,
      hybrid: 17,
    });
  });
});

describe("age refuses the kinds of file it does not support", () => {
  it.each(armored.map((vector) => [vector.name, vector] as const))("armor (for mail): %s", async (_, vector) => {
    const codec = age({ identities: [generateIdentity().identity, ...x25519Identities(vector)] });
    expect(await decodeInSteps(codec.decoder(), vector.file)).toEqual({
      released: Buffer.alloc(0),
      code: "DECODE_FAILED",
    });
  });

  it.each(hybrid.map((vector) => [vector.name, vector] as const))("post-quantum identity: %s", async (_, vector) => {
    for (const identity of valuesOf(vector, "identity")) {
      expect(() => age({ identities: [identity] })).toThrow(expect.objectContaining({ code: "OPTIONS_INVALID" }));
    }
    const codec = age({ identities: [generateIdentity().identity] });
    const { released, code } = await decodeInSteps(codec.decoder(), vector.file);
    expect(released.length).toBe(0);
    expect(code).toMatch(/^(KEY_WRONG|DECODE_FAILED)$/);
  });
});

/** Writes so little at a time that what is released is known exactly, also when an error follows. */
async function decodeInSteps(stream: Duplex, file: Buffer): Promise<{ released: Buffer; code: string }> {
  const chunks: Buffer[] = [];
  let code = "none";
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", (error) => {
    code = isDbsaveError(error) ? error.code : error.message;
  });
  for (let at = 0; at < file.length && !stream.destroyed; at += 1000) {
    await new Promise((resolve) => stream.write(file.subarray(at, at + 1000), resolve));
  }
  const closed = new Promise((resolve) => stream.once("close", resolve));
  if (!stream.destroyed) stream.end();
  if (!stream.closed) await closed;
  return { released: Buffer.concat(chunks), code };
}

function readVector(name: string, bytes: Buffer): Vector {
  const end = bytes.indexOf("\n\n");
  const lines = bytes.subarray(0, end).toString().split("\n");
  const facts = lines.map((line) => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon), line.slice(colon + 2)] as const;
  });
  const body = bytes.subarray(end + 2);
  const isCompressed = facts.some(([key, value]) => key === "compressed" && value === "zlib");
  return { name, facts, file: isCompressed ? inflateSync(body) : body };
}

function valuesOf({ facts }: Vector, wanted: string): string[] {
  return facts.filter(([key]) => key === wanted).map(([, value]) => value);
}

function x25519Identities(vector: Vector): string[] {
  return valuesOf(vector, "identity").filter((identity) => identity.startsWith("AGE-SECRET-KEY-1"));
}

function hasOnlyHybridIdentities(vector: Vector): boolean {
  return valuesOf(vector, "identity").length > 0 && x25519Identities(vector).length === 0;
}

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
