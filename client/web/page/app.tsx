import { usePlace } from './address/use-place.ts';
import { useLedger } from './ledger/ledger-state.ts';
import { PeopleArea } from './people/people-area.tsx';
import { PeopleDialogs } from './people/people-dialogs.tsx';
import { ClosedDoor } from './shell/closed-door.tsx';
import { GuardedDoor, GuardedScreen } from './shell/guarded-door.tsx';
import { LoginDialog } from './shell/login-dialog.tsx';
import { Opening } from './shell/opening.tsx';
import { Shell } from './shell/shell.tsx';
import { ConflictDialog } from './table/edit/dialogs/conflict-dialog.tsx';
import { TableDialogs } from './tables/table-dialogs.tsx';
import { Content } from './time/content.tsx';

/** The page: what the address says, of the ledger that the gateway serves. */
export function App() {
  const phase = useLedger((state) => state.phase);
  const hasBegun = useLedger(({ ended }) => ended?.user !== undefined);
  const [{ panel }] = usePlace();
  if (phase === 'closed') return <ClosedDoor />;
  if (phase === 'guarded' && !hasBegun) return <GuardedDoor />;
  if (phase === 'opening') return <Opening />;
  return (
    <Shell>
      {panel === undefined ? <Content /> : <PeopleArea panel={panel} />}
      <TableDialogs />
      <PeopleDialogs />
      <ConflictDialog />
      <LoginDialog />
      {phase === 'guarded' && <GuardedScreen />}
    </Shell>
  );
}
