import { type BytesEvent, formatBytes } from "@dbsave/core";
import stringWidth from "string-width";
import type { Paint } from "./paint.ts";
import { formatDuration } from "./quantities.ts";

const narrowest = 10;
const widest = 30;

/** `orders backup ████████░░░░ 61 % 1.2 GiB of 2.0 GiB 240.0 MiB/s 3 s left`, at most `columns` wide where that can be. */
export function barLine(name: string, event: BytesEvent, columns: number, paint: Paint): string {
  const { doneBytes, totalBytes, bytesPerSecond } = event;
  const rate = bytesPerSecond > 0 ? ` ${formatBytes(bytesPerSecond)}/s` : "";
  if (totalBytes === undefined || totalBytes === 0) return `  ${name} ${formatBytes(doneBytes)}${rate}`;
  const part = Math.min(1, doneBytes / totalBytes);
  const leftMs = ((totalBytes - doneBytes) / bytesPerSecond) * 1000;
  const left = bytesPerSecond > 0 && part < 1 ? ` ${formatDuration(leftMs)} left` : "";
  const figures = `${Math.floor(part * 100)} % ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${rate}${left}`;
  const space = columns - stringWidth(`  ${name}  ${figures}`) - 1;
  const width = Math.min(widest, Math.max(narrowest, space));
  const full = Math.round(part * width);
  return `  ${name} ${paint("cyan", "█".repeat(full))}${paint("dim", "░".repeat(width - full))} ${figures}`;
}
