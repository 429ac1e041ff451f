import type { ContainerSettings } from "./container-schema.ts";

/** A container, and what was named inside of it, as on a command line. */
export interface ContainerSource {
  readonly container: ContainerSettings;
  /** After the last slash. */
  readonly database?: string;
  /** For a target that has no name. */
  readonly name: string;
}

/**
 * What `docker:NAME`, `docker:NAME/DATABASE`, `compose:PROJECT/SERVICE` and `compose:PROJECT/SERVICE/DATABASE` mean. Undefined
 * for anything else.
 */
export function containerSource(source: string): ContainerSource | undefined {
  const [, kind, rest = ""] = /^(docker|compose):(.*)$/s.exec(source) ?? [];
  if (kind === undefined) return undefined;
  const parts = rest.split("/");
  const words = kind === "docker" ? 1 : 2;
  const place = parts.slice(0, words).join("/");
  const database = parts.slice(words).join("/");
  return {
    container: kind === "docker" ? { name: place } : { compose: place },
    ...(database === "" ? {} : { database }),
    name: database || place,
  };
}

/** As it is written on a command line; one that is found by a label as `label:key=value`. */
export function describeContainer({ compose, label, name }: ContainerSettings): string {
  if (compose !== undefined) return `compose:${compose}`;
  return label === undefined ? `docker:${name}` : `label:${label}`;
}
