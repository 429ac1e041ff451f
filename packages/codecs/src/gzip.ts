import { createGzip, createInflateRaw } from "node:zlib";
import type { Codec } from "@dbsave/core";
import { checkLevel } from "./compression-level.ts";
import { GzipMember } from "./gzip-member.ts";
import { ZlibStage } from "./zlib-stage.ts";

export interface GzipOptions {
  /** 1 (fastest) to 9 (smallest). @default 6 */
  readonly level?: number;
}

const chunkSize = 1024 * 1024;

/**
 * gzip: one member, compressed on libuv's threads. Undone by `gzip -dc`. Several times slower than `zstd` for a larger
 * result; for places where zstd cannot be had. Throws OPTIONS_INVALID for a level out of range. Decoding fails with
 * DECODE_FAILED on anything but exactly one whole member.
 */
export function gzip(options: GzipOptions = {}): Codec {
  const level = checkLevel("gzip", options.level ?? 6, 9);
  return {
    name: "gzip",
    kind: "compression",
    level,
    extension: ".gz",
    stockDecode: "gzip -dc",
    check: async () => {},
    encoder: () => createGzip({ chunkSize, level }),
    decoder: () => new ZlibStage(createInflateRaw({ chunkSize }), new GzipMember()),
  };
}
