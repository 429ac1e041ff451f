import type { ArtifactSource, Manifest } from "@dbsave/core";
import { describe, expect, it } from "vitest";
import { changedFileOf } from "../../src/physical/incremental/changed-files.ts";
import { goneSince } from "../../src/physical/incremental/gone-files.ts";
import { type BlockFormat, IncrementalFile } from "../../src/physical/incremental/incremental-file.ts";
import { linksOf } from "../../src/physical/incremental/links.ts";
import { checksumsOf } from "../../src/physical/incremental/page-checksum.ts";

const format: BlockFormat = { blockBytes: 8192, segmentBlocks: 131_072, checksummedBefore: 1000n };

/** Full of `fill`, changed at position `lsn`, with the checksum that it has as block `number`. */
function page(number: number, fill: number, lsn = 5): Buffer {
  const bytes = Buffer.alloc(8192, fill);
  bytes.writeUInt32LE(0, 0);
  bytes.writeUInt32LE(lsn, 4);
  bytes.writeUInt16LE(checksumsOf(bytes, number).expected, 8);
  return bytes;
}

function fileOf(keptBlocks: number, pages: ReadonlyMap<number, Buffer>): Buffer {
  const header = Buffer.alloc(pages.size === 0 ? 12 : 8192);
  header.writeUInt32LE(0xd3_ae_1f_0d, 0);
  header.writeUInt32LE(pages.size, 4);
  header.writeUInt32LE(keptBlocks, 8);
  for (const [index, number] of [...pages.keys()].entries()) header.writeUInt32LE(number, 12 + index * 4);
  return Buffer.concat([header, ...pages.values()]);
}

function read(bytes: Buffer, pieceBytes = bytes.length, path = "base/5/16384", size = bytes.length) {
  const file = new IncrementalFile(path, size, format);
  const changes = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) changes.push(...file.read(bytes.subarray(at, at + pieceBytes)));
  file.finish();
  return changes;
}

const pages = new Map([2, 3, 4, 9].map((number) => [number, page(number, number)] as const));

describe("an incremental file", () => {
  it.each([1, 511, 8192, 10_000, 100_000])("says the same in pieces of %i bytes", (pieceBytes) => {
    const [length, ...blocks] = read(fileOf(5, pages), pieceBytes);
    expect(length).toEqual({ kind: "length", keptBlocks: 5, blocks: 10 });
    const written = Buffer.alloc(10 * 8192);
    for (const change of blocks) if (change.kind === "blocks") change.bytes.copy(written, change.first * 8192);
    for (const [number, bytes] of pages) expect(written.subarray(number * 8192, (number + 1) * 8192)).toEqual(bytes);
  });

  it("without blocks is only how long the file is", () => {
    expect(read(fileOf(7, new Map()))).toEqual([{ kind: "length", keptBlocks: 7, blocks: 7 }]);
  });

  it.each([
    ["whose first bytes are others", fileOf(5, pages).fill(0, 0, 4)],
    ["that is cut", fileOf(5, pages).subarray(0, -1)],
    ["whose blocks are not in order", fileOf(5, new Map([...pages].toReversed()))],
    ["with a page that was changed", Buffer.from(fileOf(5, pages)).fill(1, 20_000, 20_001)],
    ["with a page of another place", fileOf(5, new Map([[2, page(3, 3)]]))],
  ])("%s is refused", (_, bytes) => {
    expect(() => read(bytes, bytes.length, "base/5/16384", Math.ceil(bytes.length / 8192) * 8192)).toThrow(
      expect.objectContaining({ code: "SOURCE_INVALID" }),
    );
  });

  it("counts the blocks of a relation over its files, and trusts what WAL will write again", () => {
    expect(read(fileOf(1, new Map([[0, page(131_072, 1)]])), 8192, "base/5/16384.1")).toHaveLength(2);
    const torn = page(0, 1, 2000).fill(9, 100, 101);
    expect(read(fileOf(1, new Map([[0, torn]])))).toHaveLength(2);
  });
});

it("changes are those of files of relations, and nothing else", () => {
  expect(changedFileOf("base/5/INCREMENTAL.16384.1")).toBe("base/5/16384.1");
  expect(changedFileOf("global/INCREMENTAL.1262")).toBe("global/1262");
  expect(changedFileOf("PG_17_202406281/5/INCREMENTAL.16384")).toBe("PG_17_202406281/5/16384");
  expect(changedFileOf("pg_tblspc/9/PG_17_202406281/5/INCREMENTAL.16384")).toBe("pg_tblspc/9/PG_17_202406281/5/16384");
  expect(changedFileOf("INCREMENTAL.notes")).toBeNull();
  expect(changedFileOf("base/5/16384")).toBeNull();
});

it("what is gone takes the directory of its database along, and no other", () => {
  const before = new Set(["base/5/1", "base/6/1", "base/6/2", "pg_commit_ts/0000", "pg_tblspc/9/PG_17_1/6/3"]);
  expect(goneSince(before, new Set(["base/5/2"]))).toEqual({
    files: [...before],
    directories: ["base/6", "pg_tblspc/9/PG_17_1/6"],
  });
});

describe("a chain", () => {
  const source = (id: string, kind: string, details: object, parent?: ArtifactSource): ArtifactSource => ({
    manifest: { id, kind, parent: "below", details } as unknown as Manifest,
    open: () => Promise.reject(new Error("not to be read")),
    ...(parent && { parent }),
  });
  const full = source("below", "full", { systemIdentifier: "7", startLsn: "0/100" });

  it("is read from the full backup on", () => {
    const top = source("top", "incremental", { systemIdentifier: "7", incrementalFrom: "0/100" }, full);
    expect(linksOf(top).map(({ manifest }) => manifest.id)).toEqual(["below", "top"]);
  });

  it.each([
    ["has no parent", source("top", "incremental", {}), /below, is missing/],
    ["is of another system", source("top", "incremental", { systemIdentifier: "8" }, full), /another system/],
    [
      "was taken upon another backup",
      source("top", "incremental", { systemIdentifier: "7", incrementalFrom: "0/200" }, full),
      /since 0\/200, below began at 0\/100/,
    ],
  ])("of which one %s is refused", (_, top, why) => {
    expect(() => linksOf(top)).toThrow(
      expect.objectContaining({ code: "SOURCE_INVALID", message: expect.stringMatching(why) }),
    );
  });
});
