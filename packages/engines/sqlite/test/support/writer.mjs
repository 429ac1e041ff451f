// A foreign application: another process that commits two rows in two tables at a time, as often as it can, until it is told
// to stop. It says `ready` once, then one line for each message it gets.
import Database from "better-sqlite3";

const db = new Database(process.argv[2], { timeout: 10_000 });
db.exec(
  "CREATE TABLE IF NOT EXISTS left_half(id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE IF NOT EXISTS right_half(v TEXT)",
);
const left = db.prepare("INSERT INTO left_half(v) VALUES (?)");
const right = db.prepare("INSERT INTO right_half VALUES (?)");
const both = db.transaction((value) => {
  left.run(value);
  right.run(value);
});
let written = 0;
let busy = 0;
let running = true;
const write = () => {
  if (!running) return;
  try {
    both(`row ${written} ${"x".repeat(100)}`);
    written += 1;
  } catch (error) {
    if (!String(error.code).startsWith("SQLITE_BUSY")) throw error;
    busy += 1;
  }
  setImmediate(write);
};
process.on("message", (message) => {
  if (message === "stop") {
    running = false;
    db.close();
    process.disconnect();
  } else process.send({ written, busy });
});
write();
process.send("ready");
