export { type AgeOptions, age } from "./age/age.ts";
export { parseIdentities, parseRecipients } from "./age/key-files.ts";
export { generateIdentity } from "./age/x25519-keys.ts";
export { type GzipOptions, gzip } from "./gzip.ts";
export { type ZstdOptions, zstd } from "./zstd.ts";
