import { notifications } from '@mantine/notifications';
import { create } from 'zustand';
import { useLedger } from '../ledger/ledger-state.ts';
import { rightOf } from './rights.ts';

/** A login that is asked for, and what goes on behind it. */
interface LoginRequest {
  readonly isOpen: boolean;
  /** What for, as the end of a sentence: "to make a table". */
  readonly aim: string | undefined;
  readonly goOn: (() => void) | undefined;
}

const closed: LoginRequest = { isOpen: false, aim: undefined, goOn: undefined };

export const useLoginRequest = create<LoginRequest>(() => closed);

export function askLogin(request: Partial<Pick<LoginRequest, 'aim' | 'goOn'>> = {}): void {
  useLoginRequest.setState({ ...closed, ...request, isOpen: true });
}

export function closeLogin(): void {
  useLoginRequest.setState(closed);
}

/** Somebody has logged in: what they wanted goes on, if they may. */
export function goOnAfterLogin(): void {
  const { aim, goOn } = useLoginRequest.getState();
  closeLogin();
  if (goOn !== undefined) asAdministrator(aim ?? 'to do this', goOn);
}

/** Does it at once, or after the login that it takes. @param aim what for: "to make a table" */
export function asAdministrator(aim: string, goOn: () => void): void {
  const { door, login } = useLedger.getState();
  const right = rightOf(door, login?.role);
  if (right === 'yes') goOn();
  else if (right === 'login') askLogin({ aim, goOn });
  else tellViewer(login?.user, aim);
}

function tellViewer(user: string | undefined, aim: string): void {
  const message = user === undefined ? 'this door is for reading only' : `${user} may read only`;
  notifications.show({ message: `${message}; it takes an administrator ${aim}`, color: 'orange' });
}
