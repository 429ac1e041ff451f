const writeBytes = 1024 * 1024;

/**
 * The same bytes in pieces worth a write: small chunks are joined up to 1 MiB, larger ones pass as they are. A piece is
 * valid until the next one is asked for, because its buffer is used again.
 */
export async function* gather(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const buffer = Buffer.allocUnsafeSlow(writeBytes);
  let filled = 0;
  for await (const chunk of chunks) {
    if (filled === 0 && chunk.byteLength >= writeBytes) {
      yield chunk;
      continue;
    }
    for (let rest = chunk; rest.byteLength > 0; ) {
      const copied = rest.copy(buffer, filled);
      rest = rest.subarray(copied);
      filled += copied;
      if (filled === writeBytes) {
        yield buffer;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}
