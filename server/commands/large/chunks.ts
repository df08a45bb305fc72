import { alterOf, type DecidedStep } from '../../domain/planned-step.ts';
import { atOnceBytesMax, roughBytes } from './bytes.ts';

/**
 * Steps that are loaded, decided and written at once. It bounds the memory, as three chunks are in work at a time, and how
 * long this process attends to nothing else: some 15 milliseconds. Large documents are cut by their bytes besides.
 */
const chunkStepsMax = 500;

/**
 * Cuts what a source gives into chunks. A table is altered in a chunk of its own, as its rows are judged as they are when
 * the chunk begins: so a large batch, unlike a small one, may do more to a table that it alters.
 */
export async function* chunksOf(
  source: AsyncIterable<readonly DecidedStep[]> | Iterable<readonly DecidedStep[]>,
): AsyncGenerator<readonly DecidedStep[]> {
  for await (const steps of source) {
    let start = 0;
    let bytes = 0;
    for (const [index, step] of steps.entries()) {
      const isAlter = alterOf(step) !== undefined;
      const stepBytes = roughBytes(step);
      if (index > start && (isAlter || index - start >= chunkStepsMax || bytes + stepBytes > atOnceBytesMax)) {
        yield steps.slice(start, index);
        start = index;
        bytes = 0;
      }
      bytes += stepBytes;
      if (isAlter) {
        yield [step];
        start = index + 1;
        bytes = 0;
      }
    }
    if (start < steps.length) yield steps.slice(start);
  }
}
