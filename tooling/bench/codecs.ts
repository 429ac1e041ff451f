import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { age, generateIdentity, gzip, zstd } from "@dbsave/codecs";
import { writeSampleFile } from "./sample-file.ts";

/*
 * Our codecs against the stock tools: the same data, file to file, taking turns, best of three rounds.
 * Run: node --conditions=@dbsave/source tooling/bench/codecs.ts [megabytes]
 */

type Work = (from: string, to: string) => Promise<void>;

interface Contender {
  readonly name: string;
  readonly megabytes: number;
  readonly encode: Work;
  readonly decode: Work;
}

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

const rounds = 3;
const folder = await mkdtemp(join(tmpdir(), "dbsave-bench-"));
try {
  await compareAll(Number(process.argv[2] ?? 256));
} finally {
  await rm(folder, { recursive: true });
}

async function compareAll(megabytes: number): Promise<void> {
  const { identity, recipient } = generateIdentity();
  const keyFile = join(folder, "key.txt");
  await writeFile(keyFile, identity.reveal(), { mode: 0o600 });
  const ageCodec = age({ recipients: [recipient], identities: [identity] });
  const slow = Math.ceil(megabytes / 4);
  await compare(
    {
      name: "age, dbsave",
      megabytes,
      encode: inProcess(() => ageCodec.encoder()),
      decode: inProcess(() => ageCodec.decoder()),
    },
    {
      name: "age, stock tool",
      megabytes,
      encode: tool("age", "-r", recipient),
      decode: tool("age", "-d", "-i", keyFile),
    },
  );
  await compare(
    {
      name: "zstd -3, dbsave",
      megabytes,
      encode: inProcess(() => zstd().encoder()),
      decode: inProcess(() => zstd().decoder()),
    },
    { name: "zstd -3, stock tool", megabytes, encode: tool("zstd", "-3", "-c"), decode: tool("zstd", "-dc") },
  );
  await compare(
    {
      name: "gzip -6, dbsave",
      megabytes: slow,
      encode: inProcess(() => gzip().encoder()),
      decode: inProcess(() => gzip().decoder()),
    },
    { name: "gzip -6, stock tool", megabytes: slow, encode: tool("gzip", "-6", "-c"), decode: tool("gzip", "-dc") },
  );
}

/** Prints a line for each of the two; the stock tool's speed is the measure. */
async function compare(ours: Contender, theirs: Contender): Promise<void> {
  const plain = join(folder, "plain");
  await writeSampleFile(plain, ours.megabytes);
  const best = new Map<string, Cost>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, encode, decode } of [theirs, ours]) {
      keepBest(best, `${name} encode`, await measure(() => encode(plain, join(folder, name))));
      keepBest(best, `${name} decode`, await measure(() => decode(join(folder, name), join(folder, "again"))));
    }
  }
  for (const { name, megabytes } of [theirs, ours]) {
    const columns = ["encode", "decode"].map((step) => {
      const [cost, stock] = [best.get(`${name} ${step}`), best.get(`${theirs.name} ${step}`)];
      if (cost === undefined || stock === undefined) throw new Error("nothing was measured");
      const perCore = name === ours.name ? `, ${speed(megabytes, cost.cpu)} per CPU second` : "";
      return `${step} ${speed(megabytes, cost.wall)}/s (${(stock.wall / cost.wall).toFixed(2)}x${perCore})`;
    });
    const { size } = await stat(join(folder, name));
    console.log([name.padEnd(19), ...columns, `to ${((100 * size) / (megabytes * 1e6)).toFixed(1)} %`].join("  "));
  }
}

function speed(megabytes: number, seconds: number): string {
  return `${(megabytes / seconds).toFixed(0)} MB`;
}

function inProcess(stage: () => Duplex): Work {
  return (from, to) => pipeline(createReadStream(from, { highWaterMark: 1024 * 1024 }), stage(), createWriteStream(to));
}

function tool(program: string, ...args: string[]): Work {
  if (spawnSync(program, ["--version"]).error !== undefined) throw new Error(`${program} is not installed`);
  return async (from, to) => {
    await using input = await open(from, "r");
    await using output = await open(to, "w");
    const [status] = await once(spawn(program, args, { stdio: [input.fd, output.fd, "inherit"] }), "exit");
    if (status !== 0) throw new Error(`${program} ended with status ${status}`);
  };
}

/** Wall time, and the processor time that this process took of it; a tool's own is not in there. */
async function measure(work: () => Promise<void>): Promise<Cost> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

function keepBest(best: Map<string, Cost>, key: string, { wall, cpu }: Cost): void {
  const { wall: bestWall, cpu: bestCpu } = best.get(key) ?? { wall, cpu };
  best.set(key, { wall: Math.min(wall, bestWall), cpu: Math.min(cpu, bestCpu) });
}
