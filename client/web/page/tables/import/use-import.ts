import { useCallback, useEffect, useRef, useState } from 'react';
import { postLines } from '../../api/lines.ts';
import { isLoginRefusal } from '../../api/login-end.ts';
import { ask } from '../../api/request.ts';
import { useLedger } from '../../ledger/ledger-state.ts';
import { whyOf } from '../why-input.tsx';
import type { ImportChoices, ImportPreview, ImportProgress, ImportResult } from './preview.ts';
import { sendFile } from './send-file.ts';

/** reading → looking ⇄ reading, looking → committing → done; what fails goes back to looking, with the error. */
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

/** An import on its way: read anew whenever the choices change. */
export function useImport(file: File, choices: ImportChoices): Importing {
  const [state, setState] = useState(begun);
  const isDone = useRef(false);
  const plan = useRef<string>(undefined);
  const committing = useRef<AbortController>(undefined);
  const user = useLedger(({ login }) => login?.user);
  const choicesText = JSON.stringify(choices);
  useEffect(() => {
    // What was read goes with its login: behind the next one the file is read again.
    if (user === undefined || isDone.current) return;
    const reading = new AbortController();
    setState((before) => ({ ...begun, preview: before.preview }));
    const read = async (): Promise<void> => {
      try {
        const preview = await sendFile(file, JSON.parse(choicesText) as ImportChoices, {
          signal: reading.signal,
          onProgress: (progress) => setState((before) => ({ ...before, progress })),
        });
        plan.current = preview.id;
        setState({ ...begun, stage: 'looking', preview });
      } catch (error) {
        if (reading.signal.aborted || isLoginRefusal(error)) return;
        setState({ ...begun, stage: 'looking', error });
      }
    };
    void read();
    return () => {
      reading.abort();
      if (isDone.current) return;
      drop(plan.current);
      plan.current = undefined;
    };
  }, [file, choicesText, user]);
  useEffect(() => () => committing.current?.abort(), []);
  const commit = useCallback(async (why: string) => {
    const id = plan.current;
    if (id === undefined || isDone.current) return;
    isDone.current = true;
    setState((before) => ({ ...before, stage: 'committing', progress: undefined, error: undefined }));
    try {
      committing.current = new AbortController();
      const { signal } = committing.current;
      const onProgress = (progress: ImportProgress): void => setState((before) => ({ ...before, progress }));
      const result = await done(id, { why, signal, onProgress });
      setState((before) => ({ ...before, stage: 'done', result }));
    } catch (error) {
      isDone.current = false;
      setState((before) => ({
        ...before,
        stage: 'looking',
        preview: undefined,
        error: isLoginRefusal(error) ? undefined : error,
      }));
    } finally {
      plan.current = undefined;
    }
  }, []);
  return { state, commit };
}

interface Line {
  readonly progress?: ImportProgress;
  readonly result?: ImportResult;
}

interface Committing {
  readonly why: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
}

async function done(id: string, { why, signal, onProgress }: Committing): Promise<ImportResult> {
  let result: ImportResult | undefined;
  for await (const lines of postLines(`/api/import/${id}/commit`, whyOf(why), signal)) {
    for (const line of lines as readonly Line[]) {
      if (line.progress !== undefined) onProgress(line.progress);
      if (line.result !== undefined) result = line.result;
    }
  }
  return result ?? { changed: false, changes: 0 };
}

/** The gateway need not keep it any longer; it forgets it by itself too. */
function drop(id: string | undefined): void {
  if (id === undefined || useLedger.getState().login === undefined) return;
  void ask(`/api/import/${id}`, { method: 'DELETE', headers: { 'x-rowcast': '1' } }).catch(() => undefined);
}
