const lanes = 32;
const prime = 16_777_619;
const checksumAt = 8;
const upperAt = 14;

/** Where each lane of the server's checksum of pages begins. */
const offsets = Int32Array.from([
  0x5b1f36e9, 0xb8525960, 0x02ab50aa, 0x1de66d2a, 0x79ff467a, 0x9bb9f8a3, 0x217e7cd2, 0x83e13d2c, 0xf8d4474f,
  0xe39eb970, 0x42c6ae16, 0x993216fa, 0x7b093b5d, 0x98daff3c, 0xf718902a, 0x0b1c9cdb, 0xe58f764b, 0x187636bc,
  0x5d7b3bb1, 0xe73de7de, 0x92bec979, 0xcca6c0b2, 0x304a0979, 0x85aa43d4, 0x783125bb, 0x6ca8eaa2, 0xe407eac6,
  0x4b5cfc3e, 0x9fbf8c76, 0x15ca20be, 0xf2ca9fd3, 0x959bd756,
]);

/** What stands in a page, and what should: equal when it is whole and at its place. `number` is that of the block in its relation. */
export function checksumsOf(page: Buffer, number: number): { readonly found: number; readonly expected: number } {
  const found = page.readUInt16LE(checksumAt);
  const sums = Int32Array.from(offsets);
  for (let at = 0; at < page.length; at += 4) {
    // Two bytes beside the checksum share its word: flags, in the upper half.
    const word = at === checksumAt ? page.readUInt16LE(at + 2) << 16 : page.readInt32LE(at);
    mix(sums, (at >>> 2) % lanes, word);
  }
  for (let round = 0; round < 2; round += 1) for (let lane = 0; lane < lanes; lane += 1) mix(sums, lane, 0);
  const sum = sums.reduce((all, each) => all ^ each, 0) ^ number;
  return { found, expected: ((sum >>> 0) % 65_535) + 1 };
}

/** Pages that were never written have no checksum. */
export function isNewPage(page: Buffer): boolean {
  return page.readUInt16LE(upperAt) === 0;
}

/** The last change of a page. What changed since a backup began is written again by its WAL. */
export function lsnOfPage(page: Buffer): bigint {
  return (BigInt(page.readUInt32LE(0)) << 32n) | BigInt(page.readUInt32LE(4));
}

function mix(sums: Int32Array, lane: number, word: number): void {
  const mixed = (sums[lane] as number) ^ word;
  sums[lane] = Math.imul(mixed, prime) ^ (mixed >>> 17);
}
