import { postLines } from '../../api/lines.ts';
import { isLoginRefusal } from '../../api/login-end.ts';
import { isOpen, isPassing } from '../../api/outcome.ts';
import { pause, retryMs } from '../../api/pause.ts';
import { codeOf, GatewayProblem } from '../../api/problem.ts';
import { untilLogin } from '../../ledger/until-login.ts';
import { whyOf } from '../why-input.tsx';
import type { ImportProgress, ImportResult } from './preview.ts';

interface Committing {
  readonly why: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
}

/** What is known of an import that is being done. */
interface Known {
  /** Told when everything lies ready at the server, and the command is sent. */
  parts?: number | undefined;
  /** Whether an answer was lost. */
  isDoubtful: boolean;
}

/**
 * Does an import that was read, and asks again, for as long as it takes, while an answer is lost: with the connection, the
 * gateway, the server or the login. It is one command whose id is that of the import, and takes effect once.
 * @throws GatewayProblem when it was not done, or nobody can say; the file is to be read again then
 */
export async function commitImport(id: string, { why, signal, onProgress }: Committing): Promise<ImportResult> {
  const known: Known = { isDoubtful: false };
  const note = (progress: ImportProgress): void => {
    known.parts = progress.parts ?? known.parts;
    onProgress(progress);
  };
  for (;;) {
    try {
      return await ask(id, { ...whyOf(why), parts: known.parts }, { signal, onProgress: note });
    } catch (error) {
      if (signal.aborted || isFinal(error, known)) throw finalOf(error, known);
      known.isDoubtful ||= isOpen(error);
      onProgress({ phase: 'settling', done: 0 });
      await pause(retryMs, signal);
      await untilLogin(signal);
    }
  }
}

async function ask(id: string, body: object, { signal, onProgress }: Omit<Committing, 'why'>): Promise<ImportResult> {
  let result: ImportResult | undefined;
  for await (const lines of postLines(`/api/import/${id}/commit`, body, signal)) {
    for (const line of lines as readonly Line[]) {
      if (line.progress !== undefined) onProgress(line.progress);
      if (line.result !== undefined) result = line.result;
    }
  }
  return result ?? { changed: false, changes: 0 };
}

interface Line {
  readonly progress?: ImportProgress;
  readonly result?: ImportResult;
}

/** A login that has ended stands in the way of asking only where there is something to ask. */
function isFinal(error: unknown, { parts, isDoubtful }: Known): boolean {
  if (isLoginRefusal(error)) return parts === undefined && !isDoubtful;
  return !isPassing(error);
}

/** Why it is over, in words that say what is known. */
function finalOf(error: unknown, known: Known): unknown {
  if (isGone(error)) return known.isDoubtful && known.parts === undefined ? untold() : dropped();
  // Under the login of somebody else it is another command than the one that was recorded, or another's stage.
  if (codeOf(error) === 'command_id_reused') return doneBefore();
  if (codeOf(error) === 'forbidden' && known.isDoubtful) return untold();
  return codeOf(error) === 'internal' ? untold() : error;
}

/** The plan is not there, nor what of it was at the server. What is wrong with rows has problems. */
function isGone(error: unknown): boolean {
  return error instanceof GatewayProblem && error.code === 'invalid' && error.body.problems === undefined;
}

function untold(): GatewayProblem {
  const message =
    'nobody can say whether it was done; the file is read again: what is shown then is what is left to do';
  return new GatewayProblem({ code: 'untold', message });
}

function doneBefore(): GatewayProblem {
  const message =
    'it was done under the login before this one; the file is read again: what is shown then is what is left to do';
  return new GatewayProblem({ code: 'done_before', message });
}

function dropped(): GatewayProblem {
  return new GatewayProblem({ code: 'dropped', message: 'nothing of it was done; the file is read again' });
}
