import { createHash } from "node:crypto";

/** A `backup_manifest` as PostgreSQL 17 writes it, of a backup whose WAL ends at `end`. */
export function manifestOf(contents: Readonly<Record<string, Buffer>>, end = "0/200FFFF"): Buffer {
  const lines = Object.entries(contents).map(
    ([path, bytes]) =>
      `{ "Path": "${path}", "Size": ${bytes.length}, "Last-Modified": "2026-11-21 11:08:13 GMT", "Checksum-Algorithm": "SHA256", "Checksum": "${createHash("sha256").update(bytes).digest("hex")}" }`,
  );
  const ranges = `{ "Timeline": 1, "Start-LSN": "0/2000028", "End-LSN": "${end}" }`;
  const head = `{ "PostgreSQL-Backup-Manifest-Version": 2,\n"System-Identifier": 7710576513202032654,\n"Files": [\n${lines.join(",\n")}\n],\n"WAL-Ranges": [\n${ranges}\n],\n`;
  return Buffer.from(`${head}"Manifest-Checksum": "${createHash("sha256").update(head).digest("hex")}"}\n`);
}
