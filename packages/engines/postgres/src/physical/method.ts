import type { Manifest } from "@dbsave/core";

export function isPhysical({ method }: Manifest): boolean {
  return method === "physical";
}
