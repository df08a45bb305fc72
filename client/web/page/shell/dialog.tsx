import { Modal, type ModalProps } from '@mantine/core';
import { shownText } from '../../../../protocol/shown-text.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import { LoginEnded } from '../people/login-ended.tsx';
import { useLoginRequest } from '../people/login-request.ts';
import { useFocusBack } from './use-focus-back.ts';

/**
 * A dialog that is open as long as it is there: a Modal gives the focus back only when it stays and is closed. It outlives
 * the login that it was opened in.
 */
export function Dialog({ title, children, ...props }: Omit<ModalProps, 'opened'>) {
  useFocusBack();
  const isLoggingIn = useLoginRequest((state) => state.isOpen);
  const isOpen = useLedger(({ phase }) => phase === 'open');
  // Names of rows and files stand in it.
  const shown = typeof title === 'string' ? shownText(title) : title;
  return (
    // Where a login is in front, the key is not meant for what is behind it.
    <Modal opened closeOnEscape={isOpen && !isLoggingIn} title={shown} {...props}>
      <LoginEnded />
      {children}
    </Modal>
  );
}
