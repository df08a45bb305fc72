import { useConflicts } from '../conflicts.ts';
import { RevertConflictDialog } from './revert-conflict-dialog.tsx';
import { VersionConflictDialog } from './version-conflict-dialog.tsx';

/** The conflict that waits longest, until the person has chosen. */
export function ConflictDialog() {
  const [conflict] = useConflicts((state) => state.waiting);
  if (conflict === undefined) return null;
  if (conflict.kind === 'version') return <VersionConflictDialog key={conflict.id} conflict={conflict} />;
  return <RevertConflictDialog conflict={conflict} />;
}
