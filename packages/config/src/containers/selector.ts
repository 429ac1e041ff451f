import type { ContainerSelector } from "@dbsave/exec";
import type { ContainerSettings } from "./container-schema.ts";

export function selectorOf({ compose, label, name = "" }: ContainerSettings): ContainerSelector {
  if (compose !== undefined) return { compose };
  return label === undefined ? { name } : { label };
}
