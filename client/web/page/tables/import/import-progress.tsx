import { Progress, Text } from '@mantine/core';
import { amount } from '../../words/sentence.ts';
import type { ImportProgress } from './preview.ts';

const words: Readonly<Record<ImportProgress['phase'], string>> = {
  sending_file: 'reading the file',
  reading: 'reading the file',
  checking: 'checking the rows',
  comparing: 'comparing with the table',
  judging: 'the server looks at the changes',
  sending: 'sending the changes',
  committing: 'recording them, all or nothing',
  settling: 'the answer was lost; asking what became of it',
};

/** How far an import has got. */
export function ImportProgressBar({ progress }: { readonly progress: ImportProgress | undefined }) {
  const { phase = 'reading', done = 0, of } = progress ?? {};
  const isMeasured = of !== undefined && of > 0 && phase !== 'committing' && phase !== 'judging';
  const count = phase === 'sending_file' ? megabytes(done) : amount(done);
  const total = of === undefined ? '' : ` of ${phase === 'sending_file' ? megabytes(of) : amount(of)}`;
  return (
    <div role="status">
      <Progress
        value={isMeasured ? Math.min((done / of) * 100, 100) : 100}
        animated={!isMeasured}
        striped={!isMeasured}
        aria-label={words[phase]}
      />
      <Text size="xs" c="var(--text-quiet)" mt={4}>
        {words[phase]}
        {done > 0 && `: ${count}${total}`}
      </Text>
    </div>
  );
}

function megabytes(bytes: number): string {
  return `${amount(Math.round(bytes / 100_000) / 10)} MB`;
}
