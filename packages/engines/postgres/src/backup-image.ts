import type { Manifest, ServerImage } from "@dbsave/core";

/** The image of the server's container, as a manifest records it. */
export function imageDetails(image: ServerImage | null): Readonly<Record<string, string>> {
  if (image === null) return {};
  const { name, id, digest } = image;
  return { image: name, imageId: id, ...(digest === undefined ? {} : { imageDigest: digest }) };
}

/** The image that a backup was taken from; nothing when its server was in no container that was known. */
export function imageOf({ details }: Manifest): { readonly image?: ServerImage } {
  const { image: name, imageId: id, imageDigest: digest } = details;
  if (typeof name !== "string" || typeof id !== "string") return {};
  return { image: { name, id, ...(typeof digest === "string" ? { digest } : {}) } };
}
