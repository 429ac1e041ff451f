import type { ParsedOptions } from "../options.ts";
import { identifier } from "./quote.ts";

type Place = Pick<ParsedOptions, "host" | "port" | "user" | "ssl"> & { readonly database: string };
type Advice = (place: Place, message: string) => string;

/** What to do about a connection that failed, by what the server or the system said; undefined where nothing exact is known. */
export function connectAdvice(code: string, message: string, place: Place): string | undefined {
  const known = advices.find(([state, pattern]) => code.startsWith(state) && pattern.test(message));
  return known?.[2](place, message);
}

const passwordPlaces = "PGPASSWORD, a line in ~/.pgpass (chmod 600), or `password: file:/path` in dbsave.yaml";

const connectGrant: Advice = ({ database, user }) =>
  `Run as an administrator: GRANT CONNECT ON DATABASE ${identifier(database)} TO ${identifier(user)};`;

const certificate: Advice = ({ host }) =>
  `Name the authority that signed it: sslrootcert=/path/ca.pem (PGSSLROOTCERT, ssl_root_certificate), and connect to the name that is in it, not ${host}, where it differs. Without a check of who the server is: sslmode=require.`;

const hostAndPort: Advice = ({ host, port }) =>
  host.startsWith("/")
    ? `No server has its socket ${host}/.s.PGSQL.${port}: start it, or name the directory that its unix_socket_directories says, or a host.`
    : `Nobody listens at ${host}:${port}: start the server (systemctl status postgresql), or correct host and port; listen_addresses in postgresql.conf must let this address in.`;

/** By the beginning of the server's SQLSTATE or the system's code, and a part of the message; the first that fits. */
const advices: readonly (readonly [state: string, pattern: RegExp, advice: Advice])[] = [
  ["ECONNREFUSED", /./s, hostAndPort],
  ["ENOENT", /./s, hostAndPort],
  [
    "EACCES",
    /./s,
    ({ host }) => `This user may not use the sockets in ${host}: run as another one, or connect by TCP.`,
  ],
  ["ENOTFOUND", /./s, ({ host }) => `${host} is known to no name server: correct the name, or give an address.`],
  ["EAI_AGAIN", /./s, ({ host }) => `No name server answered for ${host}: check the network of this machine.`],
  [
    "ETIMEDOUT",
    /./s,
    ({ host, port }) => `No answer from ${host}: a firewall may drop port ${port}; check the address.`,
  ],
  ["EHOSTUNREACH", /./s, ({ host }) => `There is no way to ${host} from here: check the address and the network.`],
  ["", /timeout/, ({ host, port }) => `No answer from ${host}: a firewall may drop port ${port}; check the address.`],
  ["", /asks for a password/, ({ user }) => `Give the password of ${user}: ${passwordPlaces}.`],
  [
    "28P01",
    /./s,
    ({ user }) =>
      `Correct the password (${passwordPlaces}), or the role, or set it as an administrator: ALTER ROLE ${identifier(user)} PASSWORD '...';`,
  ],
  ["28000", /pg_hba\.conf/, pgHbaLine],
  [
    "28000",
    /role .* does not exist/,
    ({ user }) => `Make it as an administrator: CREATE ROLE ${identifier(user)} LOGIN PASSWORD '...';`,
  ],
  ["28000", /not permitted to log in/, ({ user }) => `Run as an administrator: ALTER ROLE ${identifier(user)} LOGIN;`],
  [
    "28000",
    /(Peer|Ident) authentication/i,
    ({ user }) => `Run as the system's user ${user}, or connect by TCP with a password: host=localhost.`,
  ],
  [
    "3D000",
    /./s,
    ({ host, port, user }) =>
      `See which there are: dbsave inspect "host=${host} port=${port} user=${user} dbname=postgres"`,
  ],
  ["42501", /./s, connectGrant],
  [
    "53300",
    /./s,
    () =>
      "Close other sessions, or raise max_connections, or the CONNECTION LIMIT of the role or database; reserved_connections keeps some free.",
  ],
  ["57P03", /./s, () => "The server is starting, stopping or recovering: wait for it; its log says how far it is."],
  [
    "55000",
    /./s,
    ({ database }) => `Run as an administrator: ALTER DATABASE ${identifier(database)} ALLOW_CONNECTIONS true;`,
  ],
  [
    "",
    /does not support SSL/,
    () =>
      "The server has TLS turned off: set ssl = on there, or connect with sslmode=prefer or disable where the network is trusted.",
  ],
  ["", /certificate|altname|self.signed/i, certificate],
];

/** The server reads the file from the top, and the first line that fits decides. */
function pgHbaLine({ database, user, ssl }: Place, message: string): string {
  const [, address = "<address of this machine>"] = /for host "([^"]+)"/.exec(message) ?? [];
  if (address === "[local]")
    return `Add the line \`local "${database}" "${user}" peer\` to pg_hba.conf of the server, and run there: SELECT pg_reload_conf();`;
  const isPlain = /no encryption|SSL off/.test(message);
  const width = address.includes(":") ? 128 : 32;
  const line = `${isPlain ? "host" : "hostssl"} "${database}" "${user}" ${address}/${width} scram-sha-256`;
  const tls = isPlain && ssl === "disable" ? " Or it only takes connections with TLS: sslmode=require." : "";
  return `Add the line \`${line}\` to pg_hba.conf of the server, and run there: SELECT pg_reload_conf();${tls}`;
}
