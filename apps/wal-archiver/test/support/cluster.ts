import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRepository } from "@dbsave/core";
import { fsStorage } from "@dbsave/storage-fs";
import { onTestFinished } from "vitest";

const megabyte = 2 ** 20;

/** A data directory with WAL as a server would have written it, and a configuration with a repository to archive it into. */
export interface Cluster {
  /** The server's working directory. */
  readonly directory: string;
  readonly repository: string;
  readonly config: string;
  /** Where the shim and the daemon meet. */
  readonly spool: string;
  /** Writes a segment of 1 MB and returns its path as a server names it. */
  segment(name: string, options?: SegmentOptions): string;
}

interface SegmentOptions {
  readonly systemIdentifier?: bigint;
  readonly bytes?: number;
  readonly fill?: string;
  readonly as?: string;
}

export async function emptyCluster(): Promise<Cluster> {
  const root = mkdtempSync(join(tmpdir(), "dbsave-wal-test-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const directory = join(root, "data");
  const repository = join(root, "repository");
  const config = join(root, "dbsave.yaml");
  mkdirSync(join(directory, "pg_wal"), { recursive: true });
  const target = "orders: { engine: postgres, host: 127.0.0.1, password: env:NOT_NEEDED }";
  const text = `version: 1\nstorages: { local: { type: fs, path: ./repository } }\ntargets:\n  ${target}\n`;
  writeFileSync(config, text, { mode: 0o600 });
  await (await openRepository(fsStorage({ path: repository }), { create: true }))[Symbol.asyncDispose]();
  return {
    directory,
    repository,
    config,
    spool: join(root, "spool"),
    segment(name, { systemIdentifier = 7584010098765432100n, bytes = megabyte, fill = name, as = name } = {}) {
      const path = join("pg_wal", as);
      const contents = Buffer.alloc(bytes, `${fill} `);
      longHeader(name, systemIdentifier).copy(contents);
      writeFileSync(join(directory, path), contents);
      return path;
    },
  };
}

/** What begins a segment of version 17. */
function longHeader(name: string, systemIdentifier: bigint): Buffer {
  const header = Buffer.alloc(40);
  const number = BigInt(`0x${name.slice(8, 16)}`) * 4096n + BigInt(`0x${name.slice(16, 24)}`);
  header.writeUInt16LE(0xd116, 0);
  header.writeUInt16LE(0x0002, 2);
  header.writeUInt32LE(Number.parseInt(name.slice(0, 8), 16), 4);
  header.writeBigUInt64LE(number * BigInt(megabyte), 8);
  header.writeBigUInt64LE(systemIdentifier, 24);
  header.writeUInt32LE(megabyte, 32);
  header.writeUInt32LE(8192, 36);
  return header;
}
