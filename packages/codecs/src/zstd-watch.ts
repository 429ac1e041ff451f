import { toDbsaveError } from "@dbsave/core";
import type { ZlibWatch } from "./zlib-stage.ts";
import { ZstdFrame } from "./zstd-frame.ts";

/** Lets exactly one frame in: node's decompressor stops at the end of a frame and ignores what follows. */
export function oneFrameIn(): ZlibWatch {
  const frame = new ZstdFrame();
  return {
    incoming: (data) => {
      if (frame.follow(data) < data.length) throw new Error("bytes follow the end of the frame");
      return data;
    },
    outgoing: (data) => data,
    end: () => {
      if (!frame.isWhole) throw new Error("the frame is cut short");
    },
    failed: (cause) => toDbsaveError(cause, "DECODE_FAILED", "zstd: cannot decode"),
  };
}

/**
 * Lets exactly one frame out: node's compressor appends an empty frame when the end of the first fills its buffer to
 * the last byte (nodejs/node#66078). It cannot hold data, because zlib has taken every byte before it is told to end.
 */
export function oneFrameOut(): ZlibWatch {
  const frame = new ZstdFrame();
  return {
    incoming: (data) => data,
    outgoing: (data) => data.subarray(0, frame.follow(data)),
    end: () => {
      if (!frame.isWhole) throw new Error("the compressor did not finish its frame");
    },
    failed: (cause) => toDbsaveError(cause, "INTERNAL", "zstd: cannot encode"),
  };
}
