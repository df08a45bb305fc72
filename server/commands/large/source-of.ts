import { RevertSource } from '../revert/revert-source.ts';
import type { LargeSubmission } from '../submission.ts';
import { StagedSteps } from './staged-steps.ts';
import type { StepSource } from './step-source.ts';

/** Where a large command has its steps from. */
export function sourceOf({ by, command }: LargeSubmission): StepSource {
  switch (command.type) {
    case 'batch.commit':
      return new StagedSteps(by, command);
    case 'change.revert':
      return new RevertSource(command);
    default:
      return command satisfies never;
  }
}
