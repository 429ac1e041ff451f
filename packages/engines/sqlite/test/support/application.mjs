// An application in another process: it opens the database for the SQL it is sent, runs it, and closes it again.
import Database from "better-sqlite3";

process.on("message", (sql) => {
  const db = new Database(process.argv[2], { timeout: 30_000 });
  db.exec(sql);
  db.close();
  process.send("done");
});
process.send("ready");
