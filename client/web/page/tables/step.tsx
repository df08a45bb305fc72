import { Loader, UnstyledButton } from '@mantine/core';
import type { IconUsers } from '@tabler/icons-react';
import classes from './step.module.css';

interface Props {
  readonly Icon: typeof IconUsers;
  readonly title: string;
  readonly words: string;
  readonly isBusy?: boolean;
  readonly isDisabled?: boolean;
  readonly onClick: () => void;
}

/** Something to begin with. */
export function Step({ Icon, title, words, isBusy = false, isDisabled = false, onClick }: Props) {
  return (
    <UnstyledButton className={classes.step} disabled={isDisabled} onClick={onClick}>
      <span className={classes.icon}>{isBusy ? <Loader size={20} /> : <Icon size={22} stroke={1.6} />}</span>
      <span>
        <span className={classes.title}>{title}</span>
        <span className={classes.words}>{words}</span>
      </span>
    </UnstyledButton>
  );
}
