import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import type { Entry } from '../../../../protocol/entry.ts';
import type { Problem } from '../../../../protocol/errors.ts';
import type { CommandReply } from '../../../../protocol/replies.ts';
import type { ConflictRule } from '../../../../protocol/revert.ts';
import { GatewayProblem } from '../api/problem.ts';
import { request } from '../api/request.ts';
import { sendCommand } from '../api/send-command.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { useDeed } from '../people/use-deed.ts';
import { tellSaid } from '../table/edit/notes.ts';
import { tellDone } from '../table/edit/undo.ts';
import { whyOf } from '../tables/why-input.tsx';
import { plainWords } from '../words/plain-words.ts';
import type { Takeback } from './revert-dialog.tsx';

/** What a revert would do. */
export interface Preview extends CommandReply {
  /** The first changes that it would make. */
  readonly entries?: readonly Entry[];
}

interface Options {
  readonly takeback: Takeback;
  readonly rule: ConflictRule;
  readonly onDone: () => void;
}

/** A revert that is looked at before it is done. */
export function useRevert({ takeback: { what, rows, done }, rule, onDone }: Options) {
  const fields = { what, ...(rows && { rows }), ...(rule !== 'refuse' && { conflicts: rule }) };
  const isLoggedIn = useLedger(({ login }) => login !== undefined);
  const { data, error } = useQuery({
    queryKey: ['preview', fields],
    enabled: isLoggedIn,
    queryFn: async ({ signal }) => (await request('change.revert', fields, { dryRun: true, signal })) as Preview,
    staleTime: 0,
    gcTime: 0,
  });
  const {
    run: revert,
    isBusy,
    error: failure,
  } = useDeed(async (why: string) => {
    const { id, reply } = await sendCommand('change.revert', { ...fields, ...whyOf(why) });
    if (reply.changed) tellDone({ id, text: done });
    else tellSaid('it is so already');
    onDone();
  });
  const last = useRef<readonly Problem[]>(undefined);
  const now = conflictsIn(failure) ?? conflictsIn(error);
  if (now !== undefined) last.current = now;
  const problem = failure ?? error ?? undefined;
  return {
    /** Undefined where it would be refused. */
    preview: error !== null ? undefined : (data ?? ('reading' as const)),
    /** They stay to be looked at while it is shown what a choice would do. */
    conflicts: last.current,
    problem: problem !== undefined && conflictsIn(problem) === undefined ? plainWords(problem) : undefined,
    isBusy,
    revert,
  };
}

function conflictsIn(error: unknown): readonly Problem[] | undefined {
  if (!(error instanceof GatewayProblem) || error.code !== 'revert_conflict') return undefined;
  return error.body.problems;
}
