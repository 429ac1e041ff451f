import type { Manifest } from "@dbsave/core";

/** A whole manifest; `changes` replaces members of it. */
export function sampleManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    formatVersion: 1,
    id: "20261121T020000Z-000042-0123abcd",
    sequence: 42,
    target: "orders",
    engine: "sqlite",
    method: "online",
    kind: "full",
    parent: null,
    source: { identity: "sqlite:8d1c", version: "3.54.1", description: "/data/app.db" },
    startedAt: new Date("2026-11-21T02:00:00.123Z"),
    consistentAt: new Date("2026-11-21T02:00:00.456Z"),
    finishedAt: new Date("2026-11-21T02:00:03.000Z"),
    timeZone: "Europe/Berlin",
    save: { state: "not-needed", message: "commits are durable by the WAL" },
    artifacts: [
      {
        name: "database.sqlite",
        storedName: "database.sqlite.zst.age",
        mediaType: "application/vnd.sqlite3",
        codecs: ["zstd", "age"],
        plainBytes: 8192,
        plainSha256: "a".repeat(64),
        storedBytes: 1234,
        storedSha256: "b".repeat(64),
      },
    ],
    documents: [{ storedName: "RESTORE.md", storedBytes: 700, storedSha256: "c".repeat(64) }],
    fingerprint: {
      algorithm: "sqlite-rows-1",
      items: [
        { kind: "setting", name: "user_version", hash: "00" },
        { kind: "table", name: "users", count: 3, hash: "beef" },
      ],
    },
    details: { pageSize: 4096, journalMode: "wal", strict: false },
    host: "db1",
    run: "20261121T020000100Z-89abcdef-orders",
    tool: { name: "dbsave", version: "0.1.0" },
    ...changes,
  };
}
