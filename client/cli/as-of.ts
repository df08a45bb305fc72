import { type Command, InvalidArgumentError } from 'commander';
import { type Point, parsePoint } from '../../protocol/point.ts';
import { showDay } from './print/time.ts';

/** The option of every verb that reads what was. */
export interface AsOfOption {
  readonly asOf?: Point | undefined;
}

export function addAsOfOption(command: Command): Command {
  return command
    .option(
      '--as-of <point>',
      'as it was: at a seq, SEQ@EPOCH, a time ("2026-05-01 12:00"), the end of a day or a tag',
      readEnd,
    )
    .hook('preAction', (_, verb) => {
      // It is what is there without the option. No parser of an option can answer undefined.
      if (verb.getOptionValue('asOf') === now) verb.setOptionValue('asOf', undefined);
    });
}

/** What is there now. */
export const now = 'now';

/** Up to where something goes, as an argument: a day is its end, and one that is not over is now. @throws InvalidArgumentError */
export function readEnd(text: string): Point | typeof now {
  return isToday(text) ? now : readPoint(text);
}

/** The same of an argument that may be left out for what is now. @throws InvalidArgumentError */
export function readPast(text: string): Point | undefined {
  const end = readEnd(text);
  return end === now ? undefined : end;
}

export function isToday(text: string): boolean {
  return text === showDay(new Date());
}

/**
 * A point as an argument.
 * @param day what a day alone is: the state that it began with, or its end
 * @throws InvalidArgumentError that says how points are written
 */
export function readPoint(text: string, day: 'begin' | 'end' = 'end'): Point {
  const point = parsePoint(text, day);
  if (point !== undefined) return point;
  throw new InvalidArgumentError(
    'Write a seq (1042), SEQ@EPOCH, a time ("2026-05-01 12:00", 2026-05-01T12:00Z), a day or a tag.',
  );
}
