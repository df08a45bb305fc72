import { Modal, type ModalProps } from '@mantine/core';
import { shownText } from '../../../../protocol/shown-text.ts';
import { useFocusBack } from './use-focus-back.ts';

/** A dialog that is open as long as it is there: a Modal gives the focus back only when it stays and is closed. */
export function Dialog({ title, ...props }: Omit<ModalProps, 'opened'>) {
  useFocusBack();
  // Names of rows and files stand in it.
  return <Modal opened title={typeof title === 'string' ? shownText(title) : title} {...props} />;
}
