import type { Finding } from "@dbsave/core";
import { server } from "@dbsave/testbed";
import { describe, expect, it, type TestContext } from "vitest";
import { type PostgresOptions, postgres } from "../../src/index.ts";
import { archivingFindings } from "../../src/physical/examine/archiving.ts";
import type { ReplicationFacts } from "../../src/physical/examine/read-facts.ts";
import { receivingFindings } from "../../src/physical/examine/receiving.ts";
import { replicationFindings } from "../../src/physical/examine/replication.ts";
import { summaryFindings } from "../../src/physical/examine/summaries.ts";
import { testContext } from "../support/context.ts";
import { ownServer } from "./support/own-server.ts";
import { majors, withRole } from "./support/servers.ts";

const sound: ReplicationFacts = {
  major: 17,
  isStandby: false,
  mayReplicate: true,
  walLevel: "replica",
  maxSenders: 10,
  usedSenders: 1,
  maxSlots: 10,
  usedSlots: 1,
  dataChecksums: true,
  archiveMode: "on",
  archiver: "dbsave-wal push --target app %p",
  archiveTimeoutSeconds: 60,
  lastArchivedAt: new Date("2026-11-21T11:55:00Z"),
  lastFailedAt: null,
  lastFailedWal: null,
  failedCount: 0,
  summarizeWal: true,
  summariesKeptMinutes: 14_400,
  slotKeepsMegabytes: 1024,
  now: new Date("2026-11-21T12:00:00Z"),
};
const command = "dbsave-wal push --target app %p";
const receiver = { slot: "dbsave_app", maxLagBytes: 2 ** 30 };
const heldSlot = { isActive: true, walStatus: "reserved", keptBytes: 1000 };
const seen = (findings: readonly Finding[]) => findings.map(({ severity, object }) => `${severity} ${object}`);
const sql = (findings: readonly Finding[]) => findings.flatMap(({ statements = [] }) => statements);

describe("a server that has what physical backups need", () => {
  it("is told nothing", () => {
    expect(replicationFindings(sound, "backup")).toEqual([]);
    expect(archivingFindings(sound, command)).toEqual([]);
    expect(receivingFindings(sound, heldSlot, receiver)).toEqual([]);
    expect(summaryFindings(sound)).toEqual([]);
  });
});

describe("what a base backup lacks", () => {
  it("is told with the statement that changes it", () => {
    const poor = {
      ...sound,
      mayReplicate: false,
      maxSenders: 0,
      walLevel: "minimal",
      usedSlots: 10,
      dataChecksums: false,
    };
    const findings = replicationFindings(poor, "backup");
    expect(seen(findings)).toEqual([
      "error backup",
      "error max_wal_senders",
      "warning max_replication_slots",
      "info data_checksums",
    ]);
    expect(sql(findings)).toEqual([
      'ALTER ROLE "backup" REPLICATION;',
      "ALTER SYSTEM SET wal_level = 'replica'; -- has effect when the server is restarted",
      "ALTER SYSTEM SET max_wal_senders = '10'; -- has effect when the server is restarted",
      "ALTER SYSTEM SET max_replication_slots = '15'; -- has effect when the server is restarted",
    ]);
    expect(seen(replicationFindings({ ...sound, usedSenders: 10 }, "backup"))).toEqual(["warning max_wal_senders"]);
    expect(seen(replicationFindings({ ...sound, major: 14 }, "backup"))).toEqual(["error server"]);
  });
});

describe("an archive_command", () => {
  it("that is not set, or another's, is told with what it must be", () => {
    const off = archivingFindings({ ...sound, archiveMode: "off", archiver: "", archiveTimeoutSeconds: 0 }, command);
    expect(seen(off)).toEqual(["warning archive_mode", "warning archive_command", "info archive_timeout"]);
    expect(sql(off)).toEqual([
      "ALTER SYSTEM SET archive_mode = 'on'; -- has effect when the server is restarted",
      `ALTER SYSTEM SET archive_command = '${command}'; SELECT pg_reload_conf();`,
      "ALTER SYSTEM SET archive_timeout = '5min'; SELECT pg_reload_conf();",
    ]);
    const [other] = archivingFindings({ ...sound, archiver: "cp %p /archive/%f" }, command);
    expect(other).toMatchObject({ object: "archive_command", fix: expect.stringContaining(command) });
  });

  it("that fails is told with when it last did not", () => {
    const failing = {
      ...sound,
      lastFailedAt: new Date("2026-11-21T11:58:00Z"),
      lastFailedWal: "0000000100000000000000AB",
      failedCount: 7,
    };
    const [finding] = archivingFindings(failing, command);
    expect(finding?.message).toBe(
      "failed for 0000000100000000000000AB 2 minutes ago, 7 times in all; the last success was 5 minutes ago",
    );
    const recovered = { ...failing, lastArchivedAt: new Date("2026-11-21T11:59:00Z") };
    expect(archivingFindings(recovered, command)).toEqual([]);
  });

  it("of a standby has effect only when it archives always", () => {
    expect(sql(archivingFindings({ ...sound, isStandby: true }, command))).toEqual([
      "ALTER SYSTEM SET archive_mode = 'always'; -- has effect when the server is restarted",
    ]);
  });
});

describe("a slot to receive WAL by", () => {
  const told = (slot: Parameters<typeof receivingFindings>[1]) =>
    receivingFindings(sound, slot, receiver).map(({ message }) => message);

  it("is told when it is missing, lost, idle or behind", () => {
    expect(told(undefined)[0]).toContain("is not there yet");
    expect(told({ ...heldSlot, walStatus: "lost" })[0]).toContain("has lost WAL");
    expect(told({ ...heldSlot, isActive: false })[0]).toContain("is not read by anybody and keeps 1000 B");
    expect(told({ ...heldSlot, keptBytes: 2 ** 31 })[0]).toContain("lags behind and keeps 2.0 GiB");
  });

  it("may fill the server's disk where no setting limits it", () => {
    expect(sql(receivingFindings({ ...sound, slotKeepsMegabytes: -1 }, heldSlot, receiver))).toEqual([
      "ALTER SYSTEM SET max_slot_wal_keep_size = '20GB'; SELECT pg_reload_conf();",
    ]);
  });
});

describe("incremental backups", () => {
  it("need the server's summaries of WAL for as long as from one backup to the next", () => {
    expect(sql(summaryFindings({ ...sound, summarizeWal: false, summariesKeptMinutes: 60 }))).toEqual([
      "ALTER SYSTEM SET summarize_wal = 'on'; SELECT pg_reload_conf();",
      "ALTER SYSTEM SET wal_summary_keep_time = '10d'; SELECT pg_reload_conf();",
    ]);
    expect(seen(summaryFindings({ ...sound, major: 16, summarizeWal: null }))).toEqual(["warning server"]);
  });
});

const probe = async (options: PostgresOptions) => {
  await using ctx = await testContext();
  await using engine = postgres(options);
  return await engine.probe(ctx);
};

describe.for(majors)("a probe of %s", (major) => {
  it("tells a role what it lacks for the methods of its target, and nothing else", async (test) => {
    const { host, port } = await server(major, test);
    await using role = await withRole(await server(major, test), "");
    const place = { host, port, user: role.name, password: "pw", database: "postgres" };
    const wal = { mode: "archive", command } as const;
    const physical = await probe({ ...place, methods: ["physical"], physical: { wal, incremental: true } });
    const replicate = `ALTER ROLE "${role.name}" REPLICATION;`;
    expect(sql(physical.findings)).toContain(replicate);
    expect(seen(physical.findings)).toContain("warning archive_mode");
    expect(seen(physical.findings)).toContain(major === "postgres-15" ? "warning server" : "warning summarize_wal");
    expect(physical.findings.filter(({ method }) => method === "logical")).toEqual([]);
    const logical = await probe({ ...place, methods: ["logical"] });
    expect(logical.findings.filter(({ method }) => method === "physical")).toEqual([]);
    const both = await probe({ ...place, methods: ["logical", "physical"] });
    expect(both.findings).toEqual(expect.arrayContaining([...logical.findings]));
    expect(sql(both.findings)).toContain(replicate);
    expect(physical.sizeBytes).toBeGreaterThan(logical.sizeBytes);
  });
});

describe("the statements of a probe", () => {
  const settle = async (test: TestContext) => {
    const { options, sql: query } = await ownServer(test, { wal_level: "replica" });
    await query("CREATE ROLE reader LOGIN");
    const wal = { mode: "archive", command } as const;
    const place = { host: options.host, user: "reader", database: "postgres", methods: ["physical"] } as const;
    return { query, look: () => probe({ ...place, physical: { wal } }) };
  };

  it("are understood by the server, and end what they are about", async (test) => {
    const { query, look } = await settle(test);
    const before = await look();
    for (const statement of sql(before.findings)) {
      for (const part of statement.split(";").filter((text) => /^ *[A-Z]/.test(text))) await query(part);
    }
    await expect.poll(async () => seen((await look()).findings)).toEqual(["warning archive_mode"]); // needs a restart
  });
});

it("a probe of a server whose pg_hba.conf does not let replication in says so", async (test) => {
  const { options, sql: query } = await ownServer(test);
  const [place] = await query("SELECT current_setting('hba_file') AS file");
  const file = String(place?.["file"]);
  await query(`COPY (SELECT 'local postgres postgres trust') TO '${file}'`);
  await query("CREATE DATABASE other");
  await query("SELECT pg_reload_conf()");
  const look = async () => (await probe({ host: options.host, database: "other", methods: ["physical"] })).findings;
  await expect.poll(look).toMatchObject([
    {
      severity: "error",
      code: "PERMISSION_DENIED",
      method: "physical",
      fix: expect.stringContaining('Add the line `local "other" "postgres" peer` to pg_hba.conf'),
    },
  ]);
});
