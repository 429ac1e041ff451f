import type { Codec, Secret } from "@dbsave/core";
import { ToyDecoder, ToyEncoder } from "./toy-frames.ts";
import { compressionScheme, encryptionScheme, type ToyScheme } from "./toy-scheme.ts";

/** The smallest honest compression codec: it keeps every promise of `codecConformance`. */
export function toyCompression(scheme: ToyScheme = compressionScheme()): Codec {
  return {
    name: "toy-compression",
    kind: "compression",
    extension: ".toyz",
    stockDecode: "toy -d",
    check: async () => {},
    encoder: () => new ToyEncoder(scheme),
    decoder: () => new ToyDecoder(scheme),
  };
}

/** The smallest honest encryption codec. Without `key` it can neither encode nor decode. */
export function toyEncryption(key?: Secret, scheme: ToyScheme = encryptionScheme(key)): Codec {
  return {
    name: "toy-encryption",
    kind: "encryption",
    extension: ".toye",
    stockDecode: "toy -d -k key.txt",
    check: async () => {
      scheme.begin();
    },
    encoder: () => new ToyEncoder(scheme),
    decoder: () => new ToyDecoder(scheme),
  };
}
