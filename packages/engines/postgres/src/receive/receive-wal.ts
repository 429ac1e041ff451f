import { sideBySide } from "@dbsave/core";
import { Receiver } from "./receiver.ts";
import { parseReceiver, type ReceiverOptions } from "./receiver-options.ts";
import { Spool } from "./spool.ts";
import { SpoolArchive } from "./spool-archive.ts";

/**
 * Receives the WAL of a server as it is written, over one session for replication with a permanent slot, and archives it segment by
 * segment, until `stop` fires; then what there is of the last segment is archived, too, if the storage answers. `signal` gives up at
 * once, which loses nothing: the slot keeps everything that is not in the log.
 *
 * Whatever may pass is tried again: a server, network or storage that is away. Rejects for the rest: SOURCE_NOT_FOUND (no slot),
 * LOG_LOST (WAL that was not archived is gone from the server), SOURCE_FOREIGN (the log is another server's), PERMISSION_DENIED,
 * OBJECT_EXISTS (something else is archived under a name), OPTIONS_INVALID.
 */
export async function receiveWal(options: ReceiverOptions, stop: AbortSignal, signal: AbortSignal): Promise<void> {
  const settings = parseReceiver(options);
  const spool = new Spool(settings.spool);
  const archive = await SpoolArchive.open(spool, settings.log, settings.report);
  const finished = new AbortController();
  await sideBySide<[unknown, unknown]>(signal, (both) => {
    const receiver = new Receiver(settings, spool, archive, both);
    return [
      receiver.receive(stop).finally(() => finished.abort()),
      archive.run(settings.partialEveryMs, finished.signal, both),
    ];
  });
}
