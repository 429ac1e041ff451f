import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLog, openRepository } from "@dbsave/core";
import { walArchive } from "@dbsave/postgres";
import { fsStorage } from "@dbsave/storage-fs";
import { onTestFinished } from "vitest";

const megabyte = 2 ** 20;

/** A server's data directory, and a configuration with a repository to archive its WAL into. */
export interface Archive {
  /** The server's working directory. */
  readonly directory: string;
  readonly repository: string;
  readonly config: string;
  /** Where the shim and the daemon meet. */
  readonly spool: string;
}

/** With WAL as a server would have written it. */
export interface Cluster extends Archive {
  /** Writes a segment of 1 MB and returns its path as a server names it. */
  segment(name: string, options?: SegmentOptions): string;
}

interface SegmentOptions {
  readonly systemIdentifier?: bigint;
  readonly bytes?: number;
  readonly segmentBytes?: number;
  readonly fill?: string;
  readonly as?: string;
}

/** Below `root`, with an empty repository. */
export async function archiveOf(root: string): Promise<Archive> {
  const repository = join(root, "repository");
  const config = join(root, "dbsave.yaml");
  const target = "orders: { engine: postgres, host: 127.0.0.1, password: env:NOT_NEEDED }";
  const text = `version: 1\nstorages: { local: { type: fs, path: ./repository } }\ntargets:\n  ${target}\n`;
  writeFileSync(config, text, { mode: 0o600 });
  await (await openRepository(fsStorage({ path: repository }), { create: true }))[Symbol.asyncDispose]();
  return { directory: join(root, "data"), repository, config, spool: join(root, "spool") };
}

export async function emptyCluster(): Promise<Cluster> {
  const root = mkdtempSync(join(tmpdir(), "dbsave-wal-test-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const archive = await archiveOf(root);
  const { directory } = archive;
  mkdirSync(join(directory, "pg_wal"), { recursive: true });
  return {
    ...archive,
    segment(name, options = {}) {
      const { systemIdentifier = 7584010098765432100n, segmentBytes = megabyte } = options;
      const { bytes = segmentBytes, fill = name, as = name } = options;
      const path = join("pg_wal", as);
      const contents = Buffer.alloc(bytes, `${fill} `);
      longHeader(name, systemIdentifier, segmentBytes).copy(contents);
      writeFileSync(join(directory, path), contents);
      return path;
    },
  };
}

/** One whose segments of these names are archived. */
export async function archivedCluster(names: readonly string[]): Promise<Cluster> {
  const cluster = await emptyCluster();
  await using repository = await openRepository(fsStorage({ path: cluster.repository }));
  const archive = walArchive(openLog(repository, "orders", [], new AbortController().signal));
  for (const name of names) await archive.push({ path: join(cluster.directory, cluster.segment(name)) });
  return cluster;
}

/** What begins a segment of version 17. */
function longHeader(name: string, systemIdentifier: bigint, segmentBytes: number): Buffer {
  const header = Buffer.alloc(40);
  const position = BigInt(`0x${name.slice(8, 16)}00000000`) + BigInt(`0x${name.slice(16, 24)}`) * BigInt(segmentBytes);
  header.writeUInt16LE(0xd116, 0);
  header.writeUInt16LE(0x0002, 2);
  header.writeUInt32LE(Number.parseInt(name.slice(0, 8), 16), 4);
  header.writeBigUInt64LE(position, 8);
  header.writeBigUInt64LE(systemIdentifier, 24);
  header.writeUInt32LE(segmentBytes, 32);
  header.writeUInt32LE(8192, 36);
  return header;
}
