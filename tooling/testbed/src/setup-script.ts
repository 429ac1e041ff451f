import type { ServerSpec } from "./catalogue.ts";

/**
 * Makes a cluster in $DATA and becomes the server: the superuser `postgres` by peer authentication over the unix socket
 * in $SOCKETS, everybody by SCRAM password over TCP, TLS on. Reads PASSWORD, TLS_KEY and TLS_CERT from the environment.
 */
export function setupScript({ hasTimescale }: ServerSpec, listen: string, port: number): string {
  const settings = {
    listen_addresses: listen,
    port,
    unix_socket_directories: "$SOCKETS",
    max_connections: 200,
    max_wal_senders: 10,
    ssl: "on",
    ssl_cert_file: "$DATA/testbed.crt",
    ssl_key_file: "$DATA/testbed.key",
    ...(hasTimescale ? { shared_preload_libraries: "timescaledb", "timescaledb.telemetry_level": "off" } : {}),
  };
  const options = Object.entries(settings).map(([name, value]) => `-c "${name}=${value}"`);
  return `set -eu
umask 077
export LANG=C.UTF-8 LC_ALL=C.UTF-8
if [ ! -s "$DATA/PG_VERSION" ]; then
  mkdir -p "$DATA" "$SOCKETS"
  printf %s "$PASSWORD" > "$DATA.password"
  initdb -D "$DATA" -U postgres --auth-local=peer --auth-host=scram-sha-256 --pwfile="$DATA.password" --data-checksums
  rm "$DATA.password"
  echo 'host all all all scram-sha-256' >> "$DATA/pg_hba.conf"
  echo 'host replication all all scram-sha-256' >> "$DATA/pg_hba.conf"
  printf %s "$TLS_KEY" > "$DATA/testbed.key"
  printf %s "$TLS_CERT" > "$DATA/testbed.crt"
fi
unset PASSWORD TLS_KEY TLS_CERT
exec postgres -D "$DATA" ${options.join(" ")}
`;
}

/** Copies the server at $PRIMARY and follows it; replay waits a second for queries that are in its way, wherever it reads from. */
export function standbyScript(port: number): string {
  return `set -eu
umask 077
export LANG=C.UTF-8 LC_ALL=C.UTF-8
PGPASSWORD="$PASSWORD" pg_basebackup -h "$PRIMARY" -p ${port} -U postgres -D "$DATA" -R -X stream -c fast
unset PASSWORD
exec postgres -D "$DATA" -c listen_addresses=* -c port=${port} -c "unix_socket_directories=$SOCKETS" \\
  -c max_connections=200 -c max_wal_senders=10 -c max_standby_streaming_delay=1s \\
  -c max_standby_archive_delay=1s
`;
}
