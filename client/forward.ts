import { RowcastError } from './errors.ts';

/** Demands that a stretch of the log does not end before it begins. @throws RowcastError `bad_request` */
export function demandForward(from: number, to: number): void {
  if (to >= from) return;
  const message = `\`to\` is change ${to}, before \`from\`, the state behind change ${from}: the log goes forward, so exchange them`;
  throw new RowcastError('bad_request', message);
}
