/** An archive as PostgreSQL writes them. `sizes` puts another size into a header than the contents have. */
export function tarOf(
  files: Readonly<Record<string, Buffer>>,
  sizes: Readonly<Record<string, number>> = {},
  owner = 0,
): Buffer {
  const entries = Object.entries(files).flatMap(([path, bytes]) => [
    header(path, sizes[path] ?? bytes.length, owner),
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
  ]);
  return Buffer.concat([...entries, Buffer.alloc(1024)]);
}

function header(path: string, size: number, owner: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(path, 0);
  block.write("0000600 \0", 100);
  for (const [value, at, length] of [
    [owner, 108, 8],
    [owner, 116, 8],
    [size, 124, 12],
  ] as const)
    number(value, length).copy(block, at);
  block.write("0", 156);
  block.write("ustar\x0000", 257);
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** Octal, or what is too large for that in base 256. */
function number(value: number, length: number): Buffer {
  if (!(value >= 8 ** (length - 1))) return Buffer.from(`${value.toString(8).padStart(length - 1, "0")} `);
  return Buffer.from(`80${value.toString(16).padStart(2 * length - 2, "0")}`, "hex");
}
