/**
 * A script for every POSIX shell that lets `dbsave-wal fetch` bring a file, and believes its status only with its word for it: not even an
 * installation of Node.js or dbsave that is broken can be taken for the end of the archive.
 */
export const fetchShim = `#!/bin/sh
# Made by dbsave-wal shim --for fetch. For postgresql.conf: restore_command = '/path/of/this --target orders %f %p'
# Takes what dbsave-wal fetch takes. Ends with 0 when the file is there, with 1 only when it is proven absent, else with more than 125.
answer=$(dbsave-wal fetch --answer "$@")
case $?:$answer in
  0:found) exit 0 ;;
  1:absent) exit 1 ;;
  143:*) exit 143 ;; # SIGTERM: it is the server that stops
  *) exit 200 ;;
esac
`;
