/** Names of the segments that hold the WAL from `start` to just before `end`, oldest first. */
export function segmentNames(timeline: number, start: string, end: string, segmentBytes: number): readonly string[] {
  const size = BigInt(segmentBytes);
  const perLog = 0x1_0000_0000n / size;
  const last = (parseLsn(end) - 1n) / size;
  const names: string[] = [];
  for (let number = parseLsn(start) / size; number <= last; number += 1n) {
    names.push(hex(timeline) + hex(number / perLog) + hex(number % perLog));
  }
  return names;
}

/** Whether a file of `pg_wal` is a whole segment by its name. */
export function isSegmentName(name: string): boolean {
  return /^[0-9A-F]{24}$/.test(name);
}

/** An LSN as the server writes it, `16/B374D848`, as a number. */
function parseLsn(text: string): bigint {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

function hex(value: number | bigint): string {
  return value.toString(16).toUpperCase().padStart(8, "0");
}
