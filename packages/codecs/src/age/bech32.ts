const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const checksumLength = 6;

/** Bech32 (BIP 173) without its length limit, as age uses it. `prefix` and result are lower case. */
export function encodeBech32(prefix: string, data: Uint8Array): string {
  const { groups, bits, left } = regroup(data, 8, 5);
  const words = bits > 0 ? [...groups, left << (5 - bits)] : groups;
  const residue = polymod([...expand(prefix), ...words, ...Buffer.alloc(checksumLength)]) ^ 1;
  const checksum = Array.from({ length: checksumLength }, (_, i) => (residue >>> (5 * (checksumLength - 1 - i))) & 31);
  return `${prefix}1${[...words, ...checksum].map((word) => alphabet[word]).join("")}`;
}

/** Undefined when `text` is not Bech32; mixed case is not. The prefix comes back in lower case. */
export function decodeBech32(text: string): { readonly prefix: string; readonly data: Buffer } | undefined {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return undefined;
  const separator = lower.lastIndexOf("1");
  const prefix = lower.slice(0, separator);
  if (separator < 1 || !/^[\x21-\x7e]+$/.test(prefix)) return undefined;
  const words = Array.from(lower.slice(separator + 1), (letter) => alphabet.indexOf(letter));
  if (words.length < checksumLength || words.includes(-1)) return undefined;
  if (polymod([...expand(prefix), ...words]) !== 1) return undefined;
  const { groups, bits, left } = regroup(words.slice(0, -checksumLength), 5, 8);
  return bits < 5 && left === 0 ? { prefix, data: Buffer.from(groups) } : undefined;
}

function expand(prefix: string): number[] {
  const codes = Array.from(prefix, (letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function polymod(values: readonly number[]): number {
  let residue = 1;
  for (const value of values) {
    const top = residue >>> 25;
    residue = ((residue & 0x1ffffff) << 5) ^ value;
    generators.forEach((generator, bit) => {
      if (((top >>> bit) & 1) === 1) residue ^= generator;
    });
  }
  return residue;
}

/** Whole groups of `to` bits, and the `bits` that are `left` over. */
function regroup(data: Iterable<number>, from: number, to: number): { groups: number[]; bits: number; left: number } {
  const groups: number[] = [];
  let bits = 0;
  let left = 0;
  for (const group of data) {
    left = (left << from) | group;
    bits += from;
    while (bits >= to) {
      bits -= to;
      groups.push(left >>> bits);
      left &= 2 ** bits - 1;
    }
  }
  return { groups, bits, left };
}
