import type { LogFile } from "../contracts/log.ts";
import { DbsaveError } from "../errors/dbsave-error.ts";
import { keys } from "../repository/layout.ts";

type Named = Pick<LogFile, "folder" | "name" | "plainSha256" | "extensions">;

const folderForm = /^[A-Za-z0-9]{1,64}(?:\/[A-Za-z0-9]{1,64}){0,3}$/;
const nameForm = /^[A-Za-z0-9][A-Za-z0-9.]{0,63}$/;
const keyForm = /^(?<folder>.+)\/(?<name>[^/-]+)-(?<sha>[0-9a-f]{64})(?<extensions>(?:\.[a-z0-9]+)*)$/;

/** `<target>/log/<folder>/<name>-<SHA-256>.zst.age`. INTERNAL for a name that is none. */
export function logKey(target: string, { folder, name, plainSha256, extensions }: Named): string {
  if (!folderForm.test(folder) || !nameForm.test(name))
    throw new DbsaveError("INTERNAL", `log: not a usable name: ${folder}/${name}`);
  return `${keys.log(target)}${folder}/${name}-${plainSha256}${extensions.join("")}`;
}

/** What a key means, without the part that says which target's log it is in. Null for what this never wrote. */
export function logFileOf(key: string): Named | null {
  const { folder, name, sha, extensions } = keyForm.exec(key)?.groups ?? {};
  if (folder === undefined || name === undefined || sha === undefined || extensions === undefined) return null;
  if (!folderForm.test(folder) || !nameForm.test(name)) return null;
  return { folder, name, plainSha256: sha, extensions: extensions.split(/(?=\.)/).filter((part) => part !== "") };
}
