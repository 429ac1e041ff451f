import type { Codec, Secret } from "@dbsave/core";

export interface CodecSettings {
  /** `none`, `gzip`, `gzip:9`, `zstd`, `zstd:6`. */
  readonly compress: string;
  /** Who can decrypt; null stores plain. */
  readonly encrypt: { readonly recipients: readonly string[] } | { readonly passphrase: Secret } | null;
  readonly decrypt: { readonly identities: readonly Secret[]; readonly passphrase?: Secret };
}

export interface OpenCodecs {
  /** In the order in which a backup applies them. They decode as well. */
  readonly codecs: readonly Codec[];
  /** For every backup, whatever the settings were when it was taken. */
  readonly decoders: readonly Codec[];
}

/** Loads the codecs only now. OPTIONS_INVALID for a malformed identity. */
export async function openCodecs({ compress, encrypt, decrypt }: CodecSettings): Promise<OpenCodecs> {
  const { age, gzip, zstd } = await import("@dbsave/codecs");
  const [method = "none", level] = compress.split(":");
  const options = level === undefined ? {} : { level: Number(level) };
  const compression = { none: [], gzip: [gzip(options)], zstd: [zstd(options)] }[method] ?? [];
  const encryption = encrypt === null ? [] : [age({ ...encrypt, identities: decrypt.identities })];
  return { codecs: [...compression, ...encryption], decoders: [zstd(), gzip(), age(decrypt)] };
}
