import { pointWords, whenWords } from '../words/points.ts';
import { useWhen } from './use-when.ts';

/** Which moment of the past is shown; as the address says it, until the log has told when that was. */
export function AsOf() {
  const when = useWhen('at');
  if (when.at === undefined) return null;
  return <>as of {when.seq === undefined ? pointWords(when.at) : whenWords(when)}</>;
}
