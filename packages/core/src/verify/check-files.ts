import type { Finding } from "../contracts/finding.ts";
import type { Manifest } from "../contracts/manifest.ts";
import type { Storage } from "../contracts/storage.ts";
import { DbsaveError, isDbsaveError } from "../errors/dbsave-error.ts";
import { loadManifest } from "../manifest/load-manifest.ts";
import { writeManifest } from "../manifest/write-manifest.ts";
import { keys } from "../repository/layout.ts";
import { CheckedStream } from "../streams/checked-stream.ts";
import { connect } from "../streams/connect.ts";
import { drain } from "../streams/drain.ts";

/**
 * Reads every stored byte of a backup again and compares it with the manifest; names each file that is missing, changed or
 * does not belong. Damage is a finding; MANIFEST_INVALID when the stored manifest is another one, and a storage that cannot
 * be read, are thrown.
 */
export async function checkFiles(
  storage: Storage,
  manifest: Manifest,
  signal: AbortSignal,
  onBytes: (file: string, doneBytes: number, totalBytes: number) => void,
): Promise<readonly Finding[]> {
  const { target, id } = manifest;
  if (writeManifest(await loadManifest(storage, target, id, signal)) !== writeManifest(manifest)) {
    throw new DbsaveError("MANIFEST_INVALID", `${keys.manifest(target, id)}: it is not the manifest to verify`);
  }
  const files = [...manifest.artifacts, ...manifest.documents];
  const findings: Finding[] = [];
  for (const file of files) {
    const key = keys.stored(target, id, file.storedName);
    const expected = { bytes: file.storedBytes, sha256: file.storedSha256, what: key };
    try {
      const checked = connect(await storage.get(key, { signal }), new CheckedStream(expected));
      await drain(checked, (bytes) => onBytes(file.storedName, bytes, file.storedBytes));
    } catch (error) {
      if (!isDbsaveError(error, "CHECKSUM_MISMATCH") && !isDbsaveError(error, "OBJECT_NOT_FOUND")) throw error;
      findings.push({ severity: "error", code: error.code, object: file.storedName, message: error.message });
    }
  }
  const known = new Set(["manifest.json", ...files.map(({ storedName }) => storedName)]);
  for await (const { key } of storage.list(keys.backup(target, id), signal)) {
    const name = key.slice(keys.backup(target, id).length);
    if (known.has(name)) continue;
    findings.push({
      severity: "warning",
      code: "OBJECT_EXISTS",
      object: name,
      message: "not part of the backup",
    });
  }
  return findings;
}
