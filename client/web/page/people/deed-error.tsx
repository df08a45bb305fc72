import { Alert } from '@mantine/core';
import { plainWords } from '../words/plain-words.ts';

/** Why something failed, if it did. */
export function DeedError({ error }: { readonly error: unknown }) {
  if (error === undefined) return null;
  return (
    <Alert color="red" role="alert" p="xs">
      {plainWords(error)}
    </Alert>
  );
}
