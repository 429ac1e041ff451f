/** The parts of a connection URL, decoded; what it does not say is absent. */
export interface UrlParts {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly ssl?: string;
  readonly sslRootCertificate?: string;
}

/** Programs of PostgreSQL know the first two; the third says to people, and to a configuration, which engine is meant. */
const scheme = /^(?:postgres(?:ql)?|timescaledb):\/\//;

/** Whether `text` is the URL of a database, and not a name of one. */
export function isUrl(text: string): boolean {
  return scheme.test(text);
}

/** `postgres://`, `postgresql://` and `timescaledb://`, as libpq reads them, with one host. `invalid` makes the error, which must not quote it. */
export function parseUrl(text: string, invalid: (option: string, why: string) => Error): UrlParts {
  const standard = text.replace(/^([a-z]+:\/\/[^/?#@]*@)(?=[:/?#]|$)/, "$1localhost"); // libpq allows no host there
  if (!isUrl(text) || !URL.canParse(standard)) throw invalid("url", "it is no postgres:// URL");
  const url = new URL(standard);
  const parameters = new Map(url.searchParams);
  const take = (key: string): string | undefined => {
    const value = parameters.get(key);
    parameters.delete(key);
    return value;
  };
  const parts = {
    host: take("host") ?? decode(url.hostname.replace(/^\[(.*)\]$/, "$1")),
    port: take("port") ?? url.port,
    user: take("user") ?? decode(url.username),
    password: take("password") ?? decode(url.password),
    database: take("dbname") ?? decode(url.pathname.slice(1)),
    ssl: take("sslmode"),
    sslRootCertificate: take("sslrootcert"),
  };
  const [unknown] = parameters.keys();
  if (unknown !== undefined) throw invalid("url", `the parameter ${JSON.stringify(unknown)} is not known`);
  const said = Object.entries(parts).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(said.map(([key, value]) => [key, key === "port" ? Number(value) : value]));

  function decode(part: string): string {
    try {
      return decodeURIComponent(part);
    } catch {
      throw invalid("url", "a %-sequence is broken");
    }
  }
}
