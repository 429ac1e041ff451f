import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ArchivedFiles, ArchiveHasher } from "../../src/physical/manifest/archived-files.ts";
import { BackupManifestReader, type ManifestFacts } from "../../src/physical/manifest/backup-manifest.ts";
import { parseTarHeader } from "../../src/physical/tar/tar-header.ts";
import { hashAlong } from "../../src/physical/thread/hash-along.ts";
import { segmentNames } from "../../src/wal/segment.ts";
import { manifestOf } from "./support/manifest.ts";
import { tarOf } from "./support/tar.ts";

const megabyte = 2 ** 20;
const wal = "pg_wal/000000010000000000000020";
const files: Readonly<Record<string, Buffer>> = {
  PG_VERSION: Buffer.from("15\n"),
  "base/1/empty": Buffer.alloc(0),
  "base/1/block": Buffer.alloc(512, "x"),
  "base/1/odd": Buffer.alloc(100_001, "y"),
  "global/pg_control": Buffer.alloc(8192, "c"),
};
const archive = tarOf({ ...files, [wal]: Buffer.alloc(megabyte, "w") });

/** What comparing says, with bytes that arrive in pieces of `piece`. */
function problems(tar: Buffer, manifest: Buffer, piece = 64 * 1024): readonly string[] {
  const archived = new ArchivedFiles();
  const hasher = new ArchiveHasher(archived.archive(""));
  for (let at = 0; at < tar.length; at += piece) hasher.read(tar.subarray(at, at + piece));
  hasher.finish();
  return archived.problems(readManifest(manifest, archived, piece));
}

function readManifest(manifest: Buffer, archived: ArchivedFiles, piece: number): ManifestFacts {
  const reader = new BackupManifestReader((file) => archived.compare(file));
  for (let at = 0; at < manifest.length; at += piece) reader.read(manifest.subarray(at, at + piece));
  reader.finish();
  return reader.facts();
}

describe("archives and their manifest", () => {
  it.each([1, 511, 512, 513, 64 * 1024])("agree when they arrive in pieces of %d bytes", (piece) => {
    expect(problems(archive.subarray(0), manifestOf(files), piece)).toEqual([]);
  });

  it("differ by every file that is missing, changed, unknown or of another size", () => {
    const { PG_VERSION: _, ...less } = files;
    const taken = { ...files, "base/1/block": Buffer.alloc(512, "z"), "base/1/new": Buffer.from("n") };
    expect(problems(archive, manifestOf(less))).toEqual(["PG_VERSION is not in the manifest"]);
    expect(problems(archive, manifestOf(taken))).toEqual([
      "base/1/block is not as the server read it",
      "base/1/new is missing",
    ]);
  });

  it("differ when a WAL segment between start and stop is missing", () => {
    expect(problems(archive, manifestOf(files, "0/2100001"))).toEqual([
      "WAL segment 000000010000000000000021 is missing",
    ]);
    expect(problems(tarOf(files), manifestOf(files))).toEqual(["it holds no WAL"]);
    const onTheNext = tarOf({ ...files, [wal.replace("00000001", "00000002")]: Buffer.alloc(megabyte) });
    expect(problems(onTheNext, manifestOf(files)), "a standby has the last of a timeline on the next").toEqual([]);
  });

  it.each([
    ["cut short inside a file", archive.subarray(0, 3000)],
    ["cut short between files", archive.subarray(0, 1024)],
    ["with a damaged header", Buffer.concat([Buffer.from([(archive[0] as number) ^ 1]), archive.subarray(1)])],
    ["with something after its end", Buffer.concat([archive, archive])],
    ["with a size that is none", tarOf({ x: Buffer.alloc(0) }, { x: Number.NaN })],
    ["that leaves the directory", tarOf({ "../evil": Buffer.from("x") })],
    ["with an absolute path", tarOf({ "/etc/passwd": Buffer.from("x") })],
  ])("are refused: an archive %s", (_, tar) => {
    expect(() => problems(tar, manifestOf(files))).toThrow(expect.objectContaining({ code: "SOURCE_INVALID" }));
  });

  it("are refused: a manifest with any changed byte, or without its end", () => {
    const manifest = manifestOf(files);
    const damaged = Buffer.from(manifest.toString().replace('"Size": 512', '"Size": 513'));
    for (const bytes of [damaged, manifest.subarray(0, 300), Buffer.alloc(0)])
      expect(() => readManifest(bytes, new ArchivedFiles(), 1000)).toThrow(
        expect.objectContaining({ code: "SOURCE_INVALID" }),
      );
  });

  it("keep a system identifier exactly, a size from 8 GiB on, and the number of any user", () => {
    expect(readManifest(manifestOf(files), new ArchivedFiles(), 100).systemIdentifier).toBe("7710576513202032654");
    const hasher = new ArchiveHasher(new ArchivedFiles().archive(""));
    hasher.read(tarOf({ big: Buffer.alloc(0) }, { big: 9 * 2 ** 30 }));
    expect(() => hasher.finish()).toThrow("cut short");
    for (const owner of [0, 999, 2_097_151, 2_097_152, 1_000_620_000])
      expect(parseTarHeader(tarOf({ some: Buffer.alloc(1) }, {}, owner))).toMatchObject({ uid: owner, gid: owner });
  });

  it.each(["base.tar", "base.tar.zst"])(
    "are hashed while the bytes of %s pass unchanged, and end them when they are damaged",
    async (name) => {
      const code = name.endsWith(".zst") ? zstdCompressSync : (bytes: Buffer) => bytes;
      const pass = (tar: Buffer): Promise<Buffer> => {
        const body = Readable.from([code(tar)], { objectMode: false });
        return buffer(hashAlong(body, name, new ArchivedFiles().archive("")));
      };
      expect((await pass(archive)).equals(code(archive))).toBe(true);
      await expect(pass(archive.subarray(0, 3000))).rejects.toMatchObject({ code: "SOURCE_INVALID" });
    },
  );
});

describe("the segments of a range of WAL", () => {
  it("end with the one that holds the last byte, whatever their size", () => {
    expect(segmentNames(1, "0/2000028", "0/3000000", 16 * megabyte)).toEqual(["000000010000000000000002"]);
    expect(segmentNames(2, "0/FF000028", "1/1", 16 * megabyte)).toEqual([
      "0000000200000000000000FF",
      "000000020000000100000000",
    ]);
    expect(segmentNames(1, "1/40000028", "1/80000001", 1024 * megabyte)).toEqual([
      "000000010000000100000001",
      "000000010000000100000002",
    ]);
  });
});
