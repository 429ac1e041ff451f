/** Base64 without padding, as everywhere in age's header. */
export function encodeBase64(data: Uint8Array): string {
  return Buffer.from(data).toString("base64").replaceAll("=", "");
}

/** Undefined unless `text` is the one canonical encoding of its bytes. */
export function decodeBase64(text: string): Buffer | undefined {
  const data = Buffer.from(text, "base64");
  return encodeBase64(data) === text ? data : undefined;
}
