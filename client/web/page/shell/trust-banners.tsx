import { Button, CloseButton } from '@mantine/core';
import {
  IconAlertOctagon,
  IconAlertTriangle,
  IconCircleCheck,
  IconPlugX,
  IconRefreshAlert,
  IconShieldQuestion,
  IconUsersGroup,
} from '@tabler/icons-react';
import { knowLife } from '../ledger/known-lives.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { askLogin } from '../people/login-request.ts';
import classes from './trust-banners.module.css';
import { type Banner, bannersOf } from './trust-words.ts';
import { useRecovery } from './use-recovery.ts';

const icons = {
  tampered: IconAlertOctagon,
  unreachable: IconPlugX,
  disconnected: IconPlugX,
  crowded: IconUsersGroup,
  problem: IconAlertTriangle,
  unproven: IconShieldQuestion,
  expired: IconAlertTriangle,
  otherLife: IconRefreshAlert,
} as const;

/** What is wrong, over the whole page, until it is over; then that nothing was missed. */
export function TrustBanners() {
  const connection = useLedger((state) => state.connection);
  const problem = useLedger((state) => state.problem);
  const unprovenSince = useLedger((state) => state.unprovenSince);
  const hasExpired = useLedger((state) => state.ended !== undefined);
  const isOtherLife = useLedger((state) => state.isOtherLife);
  const { isLost, isBack } = useRecovery(connection);
  const settled = isLost ? connection : 'live';
  const banners = bannersOf({ connection: settled, problem, unprovenSince, hasExpired, isOtherLife });
  return (
    <div role="status" aria-live="polite">
      {banners.map((banner) => (
        <Line key={banner} banner={banner} message={problem?.message} />
      ))}
      {isBack && banners.length === 0 && (
        <div className={classes.banner} data-kind="back">
          <IconCircleCheck size={18} aria-hidden />
          <p>Back: nothing was missed.</p>
        </div>
      )}
    </div>
  );
}

function Line({ banner, message }: { readonly banner: Banner; readonly message: string | undefined }) {
  const Icon = icons[banner];
  return (
    <div className={classes.banner} data-kind={banner} role={banner === 'tampered' ? 'alert' : undefined}>
      <Icon size={banner === 'tampered' ? 26 : 18} aria-hidden />
      <div>{words(banner, message)}</div>
      {banner === 'expired' && <AgainIn />}
      {banner === 'otherLife' && <Known onKnown={knowThisLife} />}
    </div>
  );
}

function words(banner: Banner, message = '') {
  switch (banner) {
    case 'tampered':
      return (
        <>
          <h2>The log was tampered with</h2>
          <p>{asSentence(message)}</p>
          <p>
            Believe nothing from this server until its operator has looked: <code>npx rowcast verify --database</code>{' '}
            tells there what is not as it was signed.
          </p>
        </>
      );
    case 'unreachable':
      return <p>No connection to Rowcast. What you see is the last that was known; it goes on by itself.</p>;
    case 'disconnected':
      return <p>The server does not answer. What you see is the last that was known; it goes on by itself.</p>;
    case 'crowded':
      return (
        <p>
          As many are looking on here as this door takes at once. You can read everything, but it does not move by
          itself; it is tried again until there is room.
        </p>
      );
    case 'problem':
      return <p>New changes cannot be read now: {message}. It is tried again by itself.</p>;
    case 'unproven':
      return (
        <p>
          For a while the server has not proven that the newest changes are in the log that it signs. It may have too
          much to do; if this stays, ask its operator.
        </p>
      );
    case 'expired':
      return (
        <p>
          Your login has ended: nothing was done for a while, somebody ended it, or Rowcast was started anew. You can go
          on reading.
        </p>
      );
    case 'otherLife':
      return (
        <p>
          The ledger has begun a new life: it was restored, or put back on purpose. What you see is all of this life;
          what was seen before it may be gone.
        </p>
      );
    default:
      return banner satisfies never;
  }
}

/** What a program says of a fault begins small and has no end. */
function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function AgainIn() {
  return (
    <>
      <Button size="compact-xs" variant="light" onClick={() => askLogin()}>
        log in
      </Button>
      <Known onKnown={() => useLedger.setState({ ended: undefined })} />
    </>
  );
}

function knowThisLife(): void {
  knowLife(useLedger.getState().epoch);
  useLedger.setState({ isOtherLife: false });
}

function Known({ onKnown }: { readonly onKnown: () => void }) {
  return <CloseButton size="sm" aria-label="I know" onClick={onKnown} />;
}
