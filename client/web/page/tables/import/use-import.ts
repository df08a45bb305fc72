import { useCallback, useEffect, useRef, useState } from 'react';
import { isLoginRefusal } from '../../api/login-end.ts';
import { isPassing } from '../../api/outcome.ts';
import { pause, retryMs } from '../../api/pause.ts';
import { ask } from '../../api/request.ts';
import { useLedger } from '../../ledger/ledger-state.ts';
import { tellDone } from '../../table/edit/undo.ts';
import { commitImport } from './commit-import.ts';
import type { ImportChoices, ImportPreview, ImportProgress, ImportResult } from './preview.ts';
import { sendFile } from './send-file.ts';

/** reading → looking ⇄ reading, looking → committing → done; what fails goes back to reading, with the error. */
type ImportStage = 'reading' | 'looking' | 'committing' | 'done';

export interface ImportState {
  readonly stage: ImportStage;
  readonly progress: ImportProgress | undefined;
  /** Of the choices as they are; undefined when the file could not be read so. */
  readonly preview: ImportPreview | undefined;
  readonly result: ImportResult | undefined;
  readonly error: unknown;
}

const begun: ImportState = {
  stage: 'reading',
  progress: undefined,
  preview: undefined,
  result: undefined,
  error: undefined,
};

interface Importing {
  readonly state: ImportState;
  readonly commit: (why: string) => Promise<void>;
}

/** Why the file is read once more with the same choices. */
interface Failed {
  readonly choicesText: string;
  readonly error: unknown;
}

/** An import on its way: read anew whenever the choices change, and when what was read could not be done. */
export function useImport(file: File, choices: ImportChoices): Importing {
  const [state, setState] = useState(begun);
  const [failed, setFailed] = useState<Failed>();
  const isDone = useRef(false);
  const plan = useRef<ImportPreview>(undefined);
  const committing = useRef<AbortController>(undefined);
  const user = useLedger(({ login }) => login?.user);
  const choicesText = JSON.stringify(choices);
  useEffect(() => {
    // What was read goes with its login: behind the next one the file is read again.
    if (user === undefined || isDone.current) return;
    const reading = new AbortController();
    const { signal } = reading;
    const error = failed?.choicesText === choicesText ? failed.error : undefined;
    const onProgress = (progress: ImportProgress): void =>
      setState((before) => ({ ...before, stage: 'reading', progress }));
    setState((before) => ({ ...begun, preview: before.preview, error }));
    void readUntilAnswered(file, JSON.parse(choicesText) as ImportChoices, {
      signal,
      onProgress,
      onPreview: (preview) => {
        plan.current = preview;
        setState({ ...begun, stage: 'looking', preview, error });
      },
      onError: (reason) => setState({ ...begun, stage: 'looking', error: reason }),
    });
    return () => {
      reading.abort();
      if (isDone.current) return;
      drop(plan.current?.id);
      plan.current = undefined;
    };
  }, [file, choicesText, user, failed]);
  useEffect(() => () => committing.current?.abort(), []);
  const commit = useCallback(
    async (why: string) => {
      if (plan.current === undefined || isDone.current) return;
      const { id, table } = plan.current;
      isDone.current = true;
      setState((before) => ({
        ...before,
        stage: 'committing',
        progress: { phase: 'sending', done: 0 },
        error: undefined,
      }));
      try {
        committing.current = new AbortController();
        const { signal } = committing.current;
        const onProgress = (progress: ImportProgress): void => setState((before) => ({ ...before, progress }));
        const result = await commitImport(id, { why, signal, onProgress });
        if (result.changed) tellDone({ id, text: `imported ${file.name} into ${table}` });
        setState((before) => ({ ...before, stage: 'done', result }));
      } catch (error) {
        isDone.current = false;
        setState({ ...begun, error: isLoginRefusal(error) ? undefined : error });
        setFailed({ choicesText, error: isLoginRefusal(error) ? undefined : error });
      } finally {
        plan.current = undefined;
      }
    },
    [file, choicesText],
  );
  return { state, commit };
}

interface Reading {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
  readonly onPreview: (preview: ImportPreview) => void;
  readonly onError: (error: unknown) => void;
}

/** Sends the file; when nobody answers, it says so and goes on trying. */
async function readUntilAnswered(
  file: File,
  choices: ImportChoices,
  { signal, onProgress, onPreview, onError }: Reading,
): Promise<void> {
  while (!signal.aborted) {
    try {
      return onPreview(await sendFile(file, choices, { signal, onProgress }));
    } catch (error) {
      if (signal.aborted || isLoginRefusal(error)) return;
      onError(error);
      if (!isPassing(error)) return;
      await pause(retryMs, signal);
    }
  }
}

/** The gateway need not keep it any longer; it forgets it by itself too. */
function drop(id: string | undefined): void {
  if (id === undefined || useLedger.getState().login === undefined) return;
  void ask(`/api/import/${id}`, { method: 'DELETE', headers: { 'x-rowcast': '1' } }).catch(() => undefined);
}
