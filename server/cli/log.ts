import pino from 'pino';
import pretty from 'pino-pretty';

/** The server's log, on standard error: lines for people on a terminal, JSON for programs. */
export function makeLog(level: string): pino.Logger {
  if (!process.stderr.isTTY) return pino({ level }, pino.destination({ dest: 2, sync: true }));
  return pino({ level }, pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }));
}
