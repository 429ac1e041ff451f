import { server, startTimeoutMs } from "@dbsave/testbed";
import { describe, expect, it } from "vitest";
import { parseLsn } from "../../src/wal/lsn.ts";
import { checkSegment, readPageHeader } from "../../src/wal/page-header.ts";
import { segmentAt, segmentName } from "../../src/wal/segment.ts";
import { majors } from "../physical/support/servers.ts";

interface Shown {
  readonly lsn: string;
  readonly file: string;
  readonly system: string;
  readonly header: string;
  readonly bytes: number;
  readonly major: number;
}

describe.each(majors)("%s", (name) => {
  it("names its segments and begins them as is expected of its version", { timeout: startTimeoutMs }, async (test) => {
    const postgres = await server(name, test);
    const text = await postgres.sql(`
      with here as (select pg_current_wal_lsn() - 1 as lsn)
      select json_build_object('lsn', lsn, 'file', pg_walfile_name(lsn), 'system', system_identifier::text,
        'header', encode(pg_read_binary_file('pg_wal/' || pg_walfile_name(lsn), 0, 40), 'hex'),
        'bytes', pg_size_bytes(current_setting('wal_segment_size')),
        'major', current_setting('server_version_num')::int / 10000)
      from here, pg_control_system()`);
    const { lsn, file, system, header, bytes, major } = JSON.parse(text) as Shown;
    const number = segmentAt(parseLsn(lsn), bytes);
    expect(segmentName({ timeline: 1, number }, bytes)).toBe(file);
    const read = readPageHeader(Buffer.from(header, "hex"));
    expect(read).toEqual({
      major,
      systemIdentifier: system,
      segmentBytes: bytes,
      pageBytes: 8192,
      timeline: 1,
      position: number * BigInt(bytes),
    });
    expect(() => checkSegment(file, bytes, read)).not.toThrow();
  });
});
