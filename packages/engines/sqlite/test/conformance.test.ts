import { engineConformance } from "@dbsave/testkit";
import { sqliteSubject } from "./support/subject.ts";

engineConformance({ name: "SQLite in WAL mode", create: () => sqliteSubject({ journalMode: "wal" }) });
engineConformance({ name: "SQLite with a rollback journal", create: () => sqliteSubject({ journalMode: "delete" }) });
