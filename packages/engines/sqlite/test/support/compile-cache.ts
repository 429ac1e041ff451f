import { tmpdir } from "node:os";
import { join } from "node:path";

// Every job starts a thread, and from the sources a thread would strip the types of each module anew: three times the work.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "dbsave-compile-cache");
