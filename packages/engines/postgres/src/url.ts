/** What a connection string says, decoded; what it does not say is absent. */
export interface ConnectionParts {
  readonly host?: string;
  readonly port?: string;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly ssl?: string;
  readonly sslRootCertificate?: string;
  /** Name of a section of the service file, and the password file: for `libpqOptions`, which reads files. */
  readonly service?: string;
  readonly passwordFile?: string;
}

/** By the words of libpq. */
const parts = {
  host: "host",
  port: "port",
  user: "user",
  password: "password",
  dbname: "database",
  sslmode: "ssl",
  sslrootcert: "sslRootCertificate",
  service: "service",
  passfile: "passwordFile",
} as const satisfies Readonly<Record<string, keyof ConnectionParts>>;

/** They change neither what is reached nor how well it is protected. */
const withoutEffect =
  /^(application_name|fallback_application_name|client_encoding|connect_timeout|keepalives(_\w+)?|tcp_user_timeout)$/;

/** Programs of PostgreSQL know the first two; the third says to people, and to a configuration, which engine is meant. */
const scheme = /^(?:postgres(?:ql)?|timescaledb):\/\//;

type Invalid = (option: string, why: string) => Error;

/** Whether `text` is the URL of a database, and not a name of one. */
export function isUrl(text: string): boolean {
  return scheme.test(text);
}

/** `postgres://`, `postgresql://` and `timescaledb://`, as libpq reads them, with one host. `invalid` makes the error, which must not quote it. */
export function parseUrl(text: string, invalid: Invalid): ConnectionParts {
  const hasNoHost = /^[a-z]+:\/\/(?:[^/?#@]*@)?(?=[:/?#]|$)/.exec(text)?.[0];
  const standard = hasNoHost === undefined ? text : `${hasNoHost}none${text.slice(hasNoHost.length)}`; // libpq allows no host there
  if (!isUrl(text) || !URL.canParse(standard)) throw invalid("url", "it is no postgres:// URL");
  const url = new URL(standard);
  const said = {
    host: hasNoHost === undefined ? decode(url.hostname.replace(/^\[(.*)\]$/, "$1")) : "",
    port: url.port,
    user: decode(url.username),
    password: decode(url.password),
    dbname: decode(url.pathname.slice(1)),
    ...Object.fromEntries(url.searchParams),
  };
  return connectionParts(said, "url", invalid);

  function decode(part: string): string {
    try {
      return decodeURIComponent(part);
    } catch {
      throw invalid("url", "a %-sequence is broken");
    }
  }
}

/** Parts by libpq's own words. One that is not known could change what is reached, so it is refused. */
export function connectionParts(
  said: Readonly<Record<string, string>>,
  source: string,
  invalid: Invalid,
): ConnectionParts {
  const filled = Object.entries(said).filter(([, value]) => value !== "");
  const meant = filled.filter(([word, value]) => !withoutEffect.test(word) && !isDefault(word, value));
  const named = meant.map(([word, value]) => {
    if (!Object.hasOwn(parts, word)) throw invalid(source, `the parameter ${JSON.stringify(word)} is not known`);
    if (word === "host" && value.includes(",")) throw invalid(source, "several hosts are not supported: name one");
    return [parts[word as keyof typeof parts], value] as const;
  });
  return Object.fromEntries(named);
}

function isDefault(word: string, value: string): boolean {
  return word === "target_session_attrs" && value === "any";
}
