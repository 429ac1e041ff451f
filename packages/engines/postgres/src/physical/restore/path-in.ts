import { join } from "node:path";
import type { RestorePlaces } from "./places.ts";

/** Where the files of an archive go, whose paths in the server's manifest begin with `belongs`; undefined for a tablespace that has no place. */
export function rootIn({ directory, tablespaces }: RestorePlaces, belongs: string): string | undefined {
  const [, oid] = /^pg_tblspc\/(\d+)\//.exec(belongs) ?? [];
  return oid === undefined ? directory : tablespaces.get(Number(oid));
}

/** Where the file or directory goes that is at `path` in the server's manifest; undefined for one that has no place. */
export function pathIn(places: RestorePlaces, path: string): string | undefined {
  const root = rootIn(places, path);
  const below = path.startsWith("pg_tblspc/") ? path.split("/").slice(2).join("/") : path;
  return root && join(root, below);
}
