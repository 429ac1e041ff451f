import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import type { Codec } from "@dbsave/core";
import { checkLevel } from "./compression-level.ts";
import { ZlibStage } from "./zlib-stage.ts";
import { oneFrameIn, oneFrameOut } from "./zstd-watch.ts";

export interface ZstdOptions {
  /** 1 (fastest) to 22 (smallest). @default 3 */
  readonly level?: number;
}

const chunkSize = 1024 * 1024;

/**
 * Zstandard: one frame with a checksum, compressed on libuv's threads. Undone by `zstd -dc`.
 * Throws OPTIONS_INVALID for a level out of range. Decoding fails with DECODE_FAILED on anything but exactly one whole
 * frame with a checksum: cut, joined, padded and damaged files never pass.
 */
export function zstd(options: ZstdOptions = {}): Codec {
  const level = checkLevel("zstd", options.level ?? 3, 22);
  // Never ZSTD_c_nbWorkers: with it node's stream loses data (nodejs/node#59899).
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 };
  return {
    name: "zstd",
    kind: "compression",
    level,
    extension: ".zst",
    stockDecode: "zstd -dc",
    check: async () => {},
    encoder: () => new ZlibStage(createZstdCompress({ chunkSize, params }), oneFrameOut()),
    decoder: () => new ZlibStage(createZstdDecompress({ chunkSize }), oneFrameIn()),
  };
}
