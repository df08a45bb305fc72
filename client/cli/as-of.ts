import { type Command, InvalidArgumentError } from 'commander';
import { type Point, parsePoint } from '../../protocol/point.ts';

/** The option of every verb that reads what was. */
export interface AsOfOption {
  readonly asOf?: Point | undefined;
}

export function addAsOfOption(command: Command): Command {
  return command.option(
    '--as-of <point>',
    'as it was: at a seq, SEQ@EPOCH, a time ("2026-05-01 12:00") or a tag',
    readPoint,
  );
}

/** A point as an argument. @throws InvalidArgumentError that says how points are written */
export function readPoint(text: string): Point {
  const point = parsePoint(text);
  if (point !== undefined) return point;
  throw new InvalidArgumentError(
    'Write a seq (1042), SEQ@EPOCH, a time ("2026-05-01 12:00", 2026-05-01T12:00Z), a day or a tag.',
  );
}
