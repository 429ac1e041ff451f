/** An archive as PostgreSQL writes them. `sizes` puts another size into a header than the contents have. */
export function tarOf(files: Readonly<Record<string, Buffer>>, sizes: Readonly<Record<string, number>> = {}): Buffer {
  const entries = Object.entries(files).flatMap(([path, bytes]) => [
    header(path, sizes[path] ?? bytes.length),
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
  ]);
  return Buffer.concat([...entries, Buffer.alloc(1024)]);
}

function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(path, 0);
  block.write("0000600 \0", 100);
  if (size < 8 ** 11) block.write(`${size.toString(8).padStart(11, "0")} `, 124);
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write("0", 156);
  block.write("ustar\x0000", 257);
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
