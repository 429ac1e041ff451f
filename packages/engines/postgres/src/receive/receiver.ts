import { setTimeout as pause } from "node:timers/promises";
import { DbsaveError, isDbsaveError } from "@dbsave/core";
import { admitCluster, checkCluster } from "../archive/cluster-record.ts";
import { locateServer } from "../locate.ts";
import { type ParsedOptions, parseOptions } from "../options.ts";
import { openWalsender, type Walsender } from "../physical/protocol/walsender.ts";
import { formatLsn } from "../wal/lsn.ts";
import { isSegmentName, segmentAt, segmentName } from "../wal/segment.ts";
import { Alarm } from "./receiver-event.ts";
import type { ReceiverSettings } from "./receiver-options.ts";
import { firstMissing, pointAt, resumePoint, type StartingPoint, segmentStart } from "./resume-point.ts";
import { backoffMs, mayPass, ofSpool } from "./retry.ts";
import { holdSlot, loss } from "./slot.ts";
import { readHistory, readSource, type Source } from "./source.ts";
import type { Spool } from "./spool.ts";
import type { SpoolArchive } from "./spool-archive.ts";
import { streamTimeline } from "./stream-timeline.ts";

/** Connects, receives, and connects again. */
export class Receiver {
  readonly #settings: ReceiverSettings;
  readonly #server: ParsedOptions;
  readonly #spool: Spool;
  readonly #archive: SpoolArchive;
  readonly #signal: AbortSignal;
  readonly #lag: Alarm;
  /** Behind WAL that is lost: what is archived says nothing about where to go on. */
  #goesOnBehindGap = false;
  #failures = 0;

  constructor(settings: ReceiverSettings, spool: Spool, archive: SpoolArchive, signal: AbortSignal) {
    this.#settings = settings;
    this.#server = parseOptions(settings.server);
    this.#lag = new Alarm(settings.report);
    this.#spool = spool;
    this.#archive = archive;
    this.#signal = signal;
  }

  async receive(stop: AbortSignal): Promise<void> {
    const either = AbortSignal.any([stop, this.#signal]);
    while (!stop.aborted) {
      try {
        await this.#connect(stop);
      } catch (cause) {
        const error = ofSpool(cause, this.#spool.directory);
        if (this.#signal.aborted || !mayPass(error)) throw error;
        if (stop.aborted) return;
        this.#failures += 1;
        const delayMs = backoffMs(this.#failures);
        const message = `${error.message}; next try in ${delayMs / 1000} s`;
        this.#settings.report({ kind: "interrupted", message, hint: error.hint });
        await pause(delayMs, undefined, { signal: either }).catch(() => undefined);
      }
    }
  }

  /** One connection, until it ends. */
  async #connect(stop: AbortSignal): Promise<void> {
    const { server, log, report, acceptGap } = this.#settings;
    await using walsender = await openWalsender(await locateServer(server, this.#server, this.#signal), this.#signal);
    const source = await readSource(walsender);
    if (this.#settings.admit) await admitCluster(source, log);
    await checkCluster(source, log);
    const safe = this.#goesOnBehindGap ? new Set<string>() : await this.#safeSegments(source);
    this.#goesOnBehindGap = false;
    const resume = resumePoint(source, safe);
    const held = await holdSlot(walsender, this.#settings, source, resume);
    if (source.slotKeepsBytes === null) report(unlimited);
    try {
      const start = resume === null ? pointAt(source, held) : firstMissing(source, safe, held, resume);
      await this.#follow(walsender, source, start, stop);
    } catch (error) {
      if (!isDbsaveError(error, "LOG_LOST")) throw error;
      const message = `${error.message}; ${loss(source, resume)}`;
      if (!acceptGap || resume === null) throw new DbsaveError("LOG_LOST", message, { cause: error });
      report({ kind: "alarm", message, hint: "Take a full backup now: recovery begins with it." });
      this.#goesOnBehindGap = true; // the next connection begins with what the slot has
    }
  }

  /** From timeline to timeline. */
  async #follow(walsender: Walsender, source: Source, start: StartingPoint, stop: AbortSignal): Promise<void> {
    const { systemIdentifier, segmentBytes } = source;
    const folder = await this.#spool.folder(systemIdentifier);
    for (let at: StartingPoint | null = start; at !== null && !stop.aborted; ) {
      const { timeline, position }: StartingPoint = at;
      const first = segmentName({ timeline, number: segmentAt(position, segmentBytes) }, segmentBytes);
      await this.#spool.closeOthers(systemIdentifier, first);
      if (timeline >= source.timeline) await this.#spoolHistory(walsender, source, timeline);
      const next = await streamTimeline(
        at,
        {
          walsender,
          source,
          settings: this.#settings,
          archive: this.#archive,
          lag: this.#lag,
          folder,
          waiting: await this.#spool.segments(systemIdentifier),
          onStarted: () => this.#started(at),
          onWaiting: () => this.#archive.wake(segmentBytes),
        },
        stop,
      );
      at = next && { timeline: next.timeline, position: segmentStart(next.position, segmentBytes) };
    }
  }

  #started(at: StartingPoint | null): void {
    this.#failures = 0;
    if (at === null) return;
    const message = `timeline ${at.timeline} from ${formatLsn(at.position)} on`;
    this.#settings.report({ kind: "streaming", message });
  }

  /** It goes into the log before the timeline's first segment. Of earlier timelines a server need not have it. */
  async #spoolHistory(walsender: Walsender, { systemIdentifier }: Source, timeline: number): Promise<void> {
    const history = await readHistory(walsender, timeline);
    if (history === null) return;
    await this.#spool.add(systemIdentifier, history.name, history.text, this.#signal);
    this.#archive.wake(0);
  }

  /** Those that are whole in the log or the spool: looked at for each connection, because a spool may be lost. */
  async #safeSegments({ systemIdentifier }: Source): Promise<ReadonlySet<string>> {
    const archived = await this.#settings.log.list(systemIdentifier);
    this.#archive.know(archived);
    const names = archived.map(({ name }) => name).filter(isSegmentName);
    return new Set([...names, ...(await this.#spool.segments(systemIdentifier))]);
  }
}

const unlimited = {
  kind: "advice",
  message: "nothing limits how much WAL the server keeps for a slot: while nobody receives, its disk fills",
  hint: "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf();",
} as const;
