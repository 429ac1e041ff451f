import { randomBytes } from "node:crypto";
import type { ServerName } from "./catalogue.ts";
import { command } from "./command.ts";
import type { StartedServer, TestContainer } from "./started-server.ts";

/** A database of one test, dropped when it is disposed. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** See `TestServer.sql`. */
  sql(statements: string): Promise<string>;
}

/** A real server that this test shares with others. */
export class TestServer {
  readonly name: ServerName;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly authority: string | undefined;
  /** Present when it runs in Docker. */
  readonly container: TestContainer | undefined;
  /** Present when it runs from this machine's programs. */
  readonly local: StartedServer["local"];
  readonly #url: string;

  constructor(name: ServerName, { url, authority, container, local }: StartedServer) {
    const { hostname, port, username, password } = new URL(url);
    this.name = name;
    this.host = hostname;
    this.port = Number(port || "5432");
    this.user = decodeURIComponent(username);
    this.password = decodeURIComponent(password);
    this.authority = authority;
    this.container = container;
    this.local = local;
    this.#url = url;
  }

  /** With the superuser's password. */
  url(database = "postgres"): string {
    return `${this.#url}/${encodeURIComponent(database)}`;
  }

  /** Where it listens as seen from its own container and from this machine's Docker network, which needs no published port. */
  async address(): Promise<{ readonly host: string; readonly port: number }> {
    if (this.container === undefined) return { host: this.host, port: this.port };
    const form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    const host = await command("docker", ["inspect", "--format", form, this.container.id]);
    return { host: host.trim(), port: 5432 };
  }

  /** Runs statements with `psql` until the first error, as superuser. Resolves with the rows: `|` between columns, no headings. */
  async sql(statements: string, database = "postgres"): Promise<string> {
    const psql = ["-XAtq", "-v", "ON_ERROR_STOP=1", "-U", this.user, "-d", database];
    if (this.container !== undefined) {
      const inside = ["exec", "--interactive", this.container.id, "psql", ...psql, "-h", "/tmp"];
      return (await command("docker", inside, { input: statements })).trimEnd();
    }
    const args = [...psql, "-h", this.host, "-p", String(this.port)];
    return (await command("psql", args, { input: statements, env: { PGPASSWORD: this.password } })).trimEnd();
  }

  /** The command line of everything that runs in its container, one a line; empty where it is in none. */
  async processes(): Promise<string> {
    return this.container === undefined ? "" : await command("docker", ["top", this.container.id, "-eo", "pid,args"]);
  }

  /** An empty database under a name that no other test has. `options` follow `create database name`. */
  async database(options = ""): Promise<TestDatabase> {
    const name = `t_${randomBytes(6).toString("hex")}`;
    await this.sql(`create database ${name} ${options}`);
    return {
      name,
      url: this.url(name),
      sql: (statements) => this.sql(statements, name),
      [Symbol.asyncDispose]: async () => {
        await this.sql(`drop database if exists ${name} with (force)`);
      },
    };
  }
}
