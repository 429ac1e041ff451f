import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, type TestContext } from "vitest";
import { failingStorage } from "./support/failing-storage.ts";
import { gatedStorage } from "./support/gated-storage.ts";
import { MortalServer } from "./support/mortal-server.ts";
import { archivedIn, expectSame, keptBy, type Place, place, Receiving, slot } from "./support/receiving.ts";

/** All WAL stays in pg_wal, to compare with. */
const keepAll = { wal_keep_size: "1GB", max_wal_size: "1GB", max_slot_wal_keep_size: "2GB" };
const oneMegabyte = "INSERT INTO t SELECT i, repeat(md5(i::text), 8) FROM generate_series(1, 3000) i";

async function serverOf(test: Pick<TestContext, "skip">, settings: Readonly<Record<string, string>> = keepAll) {
  const server = await MortalServer.start(test, settings);
  await server.sql("CREATE TABLE t (i int, b text)");
  return server;
}

async function fill({ sql }: MortalServer, megabytes: number): Promise<void> {
  for (let count = 0; count < megabytes; count += 1) await sql(oneMegabyte);
}

async function spooled({ spool }: Place): Promise<readonly string[]> {
  return (await readdir(spool, { recursive: true })).filter((name) => /[0-9A-F]{24}/.test(name));
}

async function slotOf({ sql }: MortalServer): Promise<Readonly<Record<string, unknown>> | undefined> {
  const [row] = await sql(
    `SELECT pg_walfile_name(restart_lsn) AS segment, active FROM pg_replication_slots WHERE slot_name = '${slot}'`,
  );
  return row;
}

describe("a receiver", { timeout: 60_000 }, () => {
  it("archives every segment as the server has it, and the beginning of the last one, which nothing older is kept of", async (test) => {
    const server = await serverOf(test);
    const at = await place();
    const receiving = new Receiving(server.options, at, { partialEveryMs: 200 });
    await receiving.until("streaming");
    await fill(server, 5);
    await server.sql("SELECT pg_switch_wal(); CREATE TABLE u (i int)");
    const [now] = await server.sql("SELECT pg_walfile_name(pg_current_wal_lsn() + 1) AS name");
    const beginning = new RegExp(`^${String(now?.["name"])}\\.[0-9A-F]{8}\\.partial$`);
    await receiving.until("archived", beginning);
    await server.sql("INSERT INTO u VALUES (1)");
    await receiving.until("archived", beginning, 2);
    await receiving.stop();
    expect((await expectSame(at.log, server.sql)).length).toBeGreaterThanOrEqual(5);
    expect((await archivedIn(at.log, beginning)).size).toBe(1);
    expect((await archivedIn(at.log, /partial/)).size).toBe(1);
    expect((await slotOf(server))?.["segment"]).toBe(now?.["name"]);
  });

  it("that is killed again and again, and robbed of its spool while the storage fails, goes on where it was", async (test) => {
    const small = { min_wal_size: "2MB", max_wal_size: "2MB", max_slot_wal_keep_size: "1GB", wal_sender_timeout: "4s" };
    const server = await serverOf(test, small);
    const storage = failingStorage();
    const at = await place(storage);
    const written = new Map<string, string>();
    const load = async (): Promise<void> => {
      await fill(server, 2);
      for (const [name, sha256] of await keptBy(server.sql)) written.set(name, sha256);
      await server.sql("CHECKPOINT"); // the server recycles what no slot needs
    };
    for (let round = 1; round <= 4; round += 1) {
      const receiving = new Receiving(server.options, at);
      await receiving.until("streaming");
      storage.isFailing = round === 3;
      await load();
      if (round !== 3) await receiving.until("archived");
      const isTold = "SELECT bool_and(write_lsn >= pg_current_wal_lsn()) AS told FROM pg_stat_replication";
      await expect.poll(() => server.sql(isTold), { timeout: 20_000 }).toEqual([{ told: true }]);
      await receiving.cut();
      if (round === 3) await rm(at.spool, { recursive: true });
      await load();
      storage.isFailing = false;
    }
    const last = new Receiving(server.options, at);
    const [newest] = await server.sql("SELECT max(pg_walfile_name(pg_switch_wal())) AS name");
    for (const [name, sha256] of await keptBy(server.sql)) written.set(name, sha256);
    await last.until("archived", new RegExp(`^${String(newest?.["name"])}$`));
    await last.stop();
    const archived = await archivedIn(at.log);
    const first = [...archived.keys()].toSorted()[0] ?? "";
    expect(archived).toEqual(new Map([...written].filter(([name]) => name >= first)));
    expect(archived.size).toBeGreaterThan(9);
    expect((await spooled(at)).filter((name) => !name.endsWith(".partial"))).toEqual([]);
  });

  it("gets from the server again what somebody takes out of its spool, while it works as well", async (test) => {
    const server = await serverOf(test);
    const storage = failingStorage();
    const at = await place(storage);
    const receiving = new Receiving(server.options, at);
    await receiving.until("streaming");
    await fill(server, 1);
    await receiving.until("archived");
    storage.isFailing = true;
    await fill(server, 4);
    const whole = async () => (await spooled(at)).filter((name) => !name.endsWith(".partial"));
    await expect.poll(async () => (await whole()).length, { timeout: 10_000 }).toBeGreaterThan(2);
    for (const name of await whole()) await rm(join(at.spool, name));
    storage.isFailing = false;
    await fill(server, 1);
    await receiving.until("interrupted", /vanished from the spool/);
    await receiving.until("streaming", /./, 2);
    const [last] = await server.sql("SELECT pg_walfile_name(pg_switch_wal()) AS name");
    await receiving.until("archived", new RegExp(`^${String(last?.["name"])}$`));
    await receiving.stop();
    expect((await expectSame(at.log, server.sql)).length).toBeGreaterThan(4);
    expect(await whole()).toEqual([]);
  });

  it("does not call safe what still waits in front of a beginning that is archived", async (test) => {
    const server = await serverOf(test);
    const storage = gatedStorage();
    const at = await place(storage);
    const receiving = new Receiving(server.options, at);
    onTestFinished(() => storage.open());
    await receiving.until("streaming");
    const segment = async (): Promise<string> => {
      const [row] = await server.sql("SELECT pg_walfile_name(pg_switch_wal()) AS name");
      return String(row?.["name"]);
    };
    const isSpooled = (form: string) =>
      expect.poll(() => spooled(at), { timeout: 10_000 }).toContainEqual(expect.stringMatching(form));
    const isStuck = (name: string) => expect.poll(() => storage.stuck(), { timeout: 10_000 }).toBe(name);
    storage.close();
    await isStuck(await segment());
    const stopped = receiving.stop(); // archives all there is, and then the beginning of the last one
    await server.sql("INSERT INTO t VALUES (1)");
    const second = await segment();
    await isSpooled(`/${second}$`);
    storage.pass();
    await isStuck(second);
    await server.sql("INSERT INTO t VALUES (2)");
    const third = await segment();
    await server.sql("INSERT INTO t VALUES (3)");
    await isSpooled(`/${third}$`);
    await isSpooled(".partial$");
    storage.pass();
    await receiving.until("archived", /partial$/);
    await expect.poll(() => slotOf(server), { timeout: 10_000 }).toMatchObject({ active: false });
    await isStuck(third);
    expect(String((await slotOf(server))?.["segment"]) <= third).toBe(true);
    storage.open();
    await stopped;
    expect(await expectSame(at.log, server.sql)).toContain(third);
  });

  it("goes on by itself when the server was killed, and when it was shut down, which waits for the last of its WAL", async (test) => {
    const server = await serverOf(test);
    const at = await place();
    const receiving = new Receiving(server.options, at);
    await receiving.until("streaming");
    await fill(server, 2);
    await server.end("SIGKILL");
    await receiving.until("interrupted");
    await server.start();
    await receiving.until("streaming", /./, 2);
    await fill(server, 2);
    const [last] = await server.sql("SELECT pg_walfile_name(pg_current_wal_lsn() + 1) AS name");
    await server.end("SIGINT");
    await receiving.until("archived", new RegExp(`^${String(last?.["name"])}\\.[0-9A-F]{8}\\.partial$`));
    await server.start();
    await receiving.until("streaming", /./, 3);
    await server.sql("SELECT pg_switch_wal()");
    await receiving.until("archived", new RegExp(`^${String(last?.["name"])}$`));
    await receiving.stop();
    await expectSame(at.log, server.sql);
    expect((await archivedIn(at.log, /partial/)).size).toBe(0);
  });

  it("gives a connection up on which the server says nothing any more, and makes another one", async (test) => {
    const server = await serverOf(test, { ...keepAll, wal_sender_timeout: "2s" });
    const at = await place();
    const receiving = new Receiving(server.options, at);
    await receiving.until("streaming");
    const [sender] = await server.sql("SELECT pid FROM pg_stat_replication");
    process.kill(Number(sender?.["pid"]), "SIGSTOP");
    await receiving.until("interrupted", /the server says nothing any more/);
    process.kill(Number(sender?.["pid"]), "SIGCONT");
    await receiving.until("streaming", /./, 2);
    await fill(server, 2);
    await receiving.until("archived");
    await receiving.stop();
    expect((await expectSame(at.log, server.sql)).length).toBeGreaterThan(0);
  });

  it("keeps what the storage does not take, lets the server wait when that is too much, and says so until it is over", async (test) => {
    const server = await serverOf(test);
    const storage = failingStorage();
    const at = await place(storage);
    const receiving = new Receiving(server.options, at, { spoolBytes: 3 * 2 ** 20, lagAlarmBytes: 2 * 2 ** 20 });
    await receiving.until("streaming");
    storage.isFailing = true;
    const before = await slotOf(server);
    await fill(server, 20);
    await receiving.until("alarm", /not archived, the WAL waits: storage: put: the network is cut/);
    await receiving.until("alarm", /the server keeps .* of WAL for slot/);
    expect((await spooled(at)).length).toBeLessThanOrEqual(4);
    expect((await slotOf(server))?.["segment"]).toBe(before?.["segment"]);
    storage.isFailing = false;
    await receiving.until("over", /archiving works again/);
    await receiving.until("over", /has caught up/);
    await receiving.stop();
    await expectSame(at.log, server.sql);
  });

  it("does not hold a shutdown of the server up while the storage fails", async (test) => {
    const server = await serverOf(test);
    const storage = failingStorage();
    const at = await place(storage);
    const receiving = new Receiving(server.options, at);
    await receiving.until("streaming");
    storage.isFailing = true;
    await fill(server, 2);
    await receiving.until("alarm", /not archived/);
    await server.end("SIGINT");
    storage.isFailing = false;
    await server.start();
    await receiving.until("streaming", /./, 2);
    await server.sql("SELECT pg_switch_wal()");
    await receiving.until("over");
    await receiving.stop();
    expect((await expectSame(at.log, server.sql)).length).toBeGreaterThan(1);
  });
});

describe("without its slot a receiver", { timeout: 60_000 }, () => {
  it("is refused unless it may make one", async (test) => {
    const server = await serverOf(test);
    const receiving = new Receiving(server.options, await place(), { createSlot: false });
    await expect(receiving.ended).rejects.toMatchObject({
      code: "SOURCE_NOT_FOUND",
      hint: expect.stringContaining("--create-slot"),
    });
  });

  it("says what is lost, and goes on behind it when the gap is accepted", async (test) => {
    const server = await serverOf(test, { max_wal_size: "2MB", min_wal_size: "2MB" });
    const at = await place();
    await receiveABit(server, at);
    await server.sql(`SELECT pg_drop_replication_slot('${slot}')`);
    await fill(server, 8);
    await server.sql("CHECKPOINT");
    await fill(server, 8);
    await server.sql("CHECKPOINT");
    const refused = new Receiving(server.options, at);
    await expect(refused.ended).rejects.toMatchObject({
      code: "LOG_LOST",
      message: expect.stringMatching(/archived is timeline 1 up to 0\/\w+, and the server is at 0\/\w+/),
    });
    await goesOnBehindTheGap(server, at);
  });

  it("finds a slot that the server gave up, and says what is lost", async (test) => {
    const server = await serverOf(test, { max_wal_size: "2MB", min_wal_size: "2MB", max_slot_wal_keep_size: "1MB" });
    const at = await place();
    await receiveABit(server, at);
    await fill(server, 8);
    await server.sql("CHECKPOINT");
    await fill(server, 4);
    await server.sql("CHECKPOINT");
    const refused = new Receiving(server.options, at);
    await expect(refused.ended).rejects.toMatchObject({
      code: "LOG_LOST",
      message: expect.stringMatching(/was given up by the server; archived is timeline 1 up to 0\/\w+/),
    });
    await goesOnBehindTheGap(server, at);
  });
});

it("a receiver whose spool's disk is full says so, waits, and goes on when there is room", {
  timeout: 60_000,
}, async (test) => {
  const small = await mkdtemp(join(tmpdir(), "dbsave-receive-small-"));
  onTestFinished(() => rm(small, { recursive: true }));
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "none", small]).status !== 0)
    return test.skip("needs the right to mount");
  onTestFinished(() => void spawnSync("umount", [small]));
  const server = await serverOf(test);
  const at = { ...(await place()), spool: join(small, "spool") };
  const filler = join(small, "filler");
  await writeFile(filler, Buffer.alloc(1_700_000));
  const receiving = new Receiving(server.options, at);
  await fill(server, 2);
  await receiving.until("interrupted", /ENOSPC/);
  expect(receiving.events.find(({ kind }) => kind === "interrupted")?.hint).toMatch(/Free space/);
  await rm(filler);
  await fill(server, 1);
  await receiving.until("archived", /./, 2);
  await receiving.stop();
  await expectSame(at.log, server.sql);
});

async function receiveABit(server: MortalServer, at: Place): Promise<void> {
  const receiving = new Receiving(server.options, at);
  await receiving.until("streaming");
  await fill(server, 2);
  await receiving.until("archived");
  await receiving.stop();
}

async function goesOnBehindTheGap(server: MortalServer, at: Place): Promise<void> {
  const accepted = new Receiving(server.options, at, { acceptGap: true });
  await accepted.until("alarm", /is lost for recovery/);
  await fill(server, 2);
  await accepted.until("archived");
  await accepted.stop();
}
