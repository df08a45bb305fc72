import { readFile } from 'node:fs/promises';

/** For PostgreSQL, files and libzmq's own, beside the connections of the two sockets. */
const reserved = 256;
/** Of a connection of both sockets, with a third as many for those that are still in their handshake: nobody can refuse these. */
const descriptorsEach = (2 * 4) / 3;

/**
 * The connections that each socket may have: those of the settings, or fewer where the process could not open as many.
 * With none left libzmq does not stop trying, and serves nobody (RELIABILITY §0, 8).
 */
export function connectionsWithin(connectionsMax: number, descriptorsMax: number): number {
  return Math.min(connectionsMax, Math.max(1, Math.floor((descriptorsMax - reserved) / descriptorsEach)));
}

/** Descriptors that so many connections need. */
export function descriptorsFor(connectionsMax: number): number {
  return Math.ceil(connectionsMax * descriptorsEach) + reserved;
}

/** File descriptors that this process may open; Infinity where there is no such limit, or it cannot be told. */
export async function fileDescriptorsMax(): Promise<number> {
  if (process.platform !== 'linux') return reportedMax();
  const limits = await readFile('/proc/self/limits', 'utf8');
  const max = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  return Number.isNaN(max) ? Number.POSITIVE_INFINITY : max;
}

function reportedMax(): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}
