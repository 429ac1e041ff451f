// An application in another process that has the database open, has read from it, and holds no lock now.
import Database from "better-sqlite3";

const db = new Database(process.argv[2]);
db.prepare("SELECT count(*) FROM sqlite_schema").get();
process.on("disconnect", () => db.close());
process.send("ready");
