import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { ChunkSplitter } from "./chunk-splitter.ts";
import { damaged } from "./damaged.ts";
import { aead, tagBytes } from "./wrap.ts";

const chunkBytes = 64 * 1024;
export const nonceBytes = 16;

/** Seals the plain bytes of one file in chunks of 64 KiB. */
export class PayloadSealer {
  readonly #key: KeyObject;
  readonly #nonce: ChunkNonce = new ChunkNonce();
  readonly #splitter: ChunkSplitter = new ChunkSplitter(chunkBytes);

  constructor(fileKey: Buffer, nonce: Buffer) {
    this.#key = payloadKey(fileKey, nonce);
  }

  update(plain: Buffer): Buffer {
    const sealed: Buffer[] = [];
    for (const chunk of this.#splitter.split(plain)) sealed.push(...this.#seal(chunk, false));
    return Buffer.concat(sealed);
  }

  final(): Buffer {
    return Buffer.concat(this.#seal(this.#splitter.rest(), true));
  }

  #seal(chunk: Buffer, isLast: boolean): [Buffer, Buffer] {
    const cipher = createCipheriv(aead, this.#key, this.#nonce.next(isLast), { authTagLength: tagBytes });
    const sealed = cipher.update(chunk);
    cipher.final();
    return [sealed, cipher.getAuthTag()];
  }
}

/** Opens what a `PayloadSealer` sealed. No byte of a chunk comes out before the chunk has proved genuine. */
export class PayloadOpener {
  readonly #key: KeyObject;
  readonly #nonce: ChunkNonce = new ChunkNonce();
  readonly #splitter: ChunkSplitter = new ChunkSplitter(chunkBytes + tagBytes);

  constructor(fileKey: Buffer, nonce: Buffer) {
    this.#key = payloadKey(fileKey, nonce);
  }

  /** The chunks that `sealed` completes. DECODE_FAILED when one is not genuine. */
  update(sealed: Buffer): Buffer {
    const chunks = Array.from(this.#splitter.split(sealed), (chunk) => this.#open(chunk, false));
    const [only = Buffer.alloc(0), ...others] = chunks;
    return others.length === 0 ? only : Buffer.concat(chunks);
  }

  /** The last chunk. DECODE_FAILED when it is not the one the sealer made its last. */
  final(): Buffer {
    const isFirst = this.#nonce.isUnused;
    const plain = this.#open(this.#splitter.rest(), true);
    if (plain.length === 0 && !isFirst) throw damaged("the last chunk is empty");
    return plain;
  }

  #open(chunk: Buffer, isLast: boolean): Buffer {
    if (chunk.length < tagBytes) throw damaged("cut short");
    const decipher = createDecipheriv(aead, this.#key, this.#nonce.next(isLast), { authTagLength: tagBytes });
    decipher.setAuthTag(chunk.subarray(-tagBytes));
    const plain = decipher.update(chunk.subarray(0, -tagBytes));
    try {
      decipher.final();
      return plain;
    } catch (cause) {
      throw damaged(isLast ? "damaged or cut short in its last chunk" : "damaged", cause);
    }
  }
}

/** Eleven bytes that count the chunks and one that marks the last, so that none can be moved, dropped or added. */
class ChunkNonce {
  readonly #bytes: Buffer = Buffer.alloc(12);
  #count = 0;

  get isUnused(): boolean {
    return this.#count === 0;
  }

  /** The same buffer each time. */
  next(isLast: boolean): Buffer {
    this.#bytes.writeUIntBE(this.#count++, 5, 6);
    this.#bytes.writeUInt8(isLast ? 1 : 0, 11);
    return this.#bytes;
  }
}

function payloadKey(fileKey: Buffer, nonce: Buffer): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", fileKey, nonce, "payload", 32)));
}
