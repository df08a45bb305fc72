import { useState } from 'react';
import type { Problem } from '../../../../../../protocol/errors.ts';
import { isLoginRefusal } from '../../../api/login-end.ts';
import { GatewayProblem } from '../../../api/problem.ts';
import { plainWords } from '../../../words/plain-words.ts';

export interface CommandState {
  readonly isBusy: boolean;
  /** Why it was refused. */
  readonly message: string | undefined;
  readonly problems: readonly Problem[];
}

/** Runs a command and keeps why it was refused, so that nothing that was typed is lost. */
export function useCommand(): readonly [CommandState, (deed: () => Promise<void>) => Promise<void>] {
  const [state, setState] = useState<CommandState>(idle);
  const run = async (deed: () => Promise<void>): Promise<void> => {
    setState({ ...idle, isBusy: true });
    try {
      await deed();
      setState(idle);
    } catch (error) {
      // The dialog says that a login is wanted, for as long as it is.
      if (isLoginRefusal(error)) return setState(idle);
      const problems = error instanceof GatewayProblem ? (error.body.problems ?? []) : [];
      setState({ isBusy: false, problems, message: plainWords(error) });
    }
  };
  return [state, run];
}

const idle: CommandState = { isBusy: false, message: undefined, problems: [] };
