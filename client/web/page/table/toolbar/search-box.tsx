import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useCallback } from 'react';
import { limits } from '../../../../../protocol/limits.ts';
import { usePlace } from '../../address/use-place.ts';
import { useTyped } from '../../address/use-typed.ts';
import classes from './toolbar.module.css';

/** Finds rows by a text in any of their text cells, as the address says it. */
export function SearchBox() {
  const [{ search = '' }, go] = usePlace();
  const write = useCallback((text: string) => go({ search: text || undefined }, { replace: true }), [go]);
  const [text, setText] = useTyped(search, write);
  return (
    <TextInput
      className={classes.search}
      size="xs"
      placeholder="search"
      aria-label="search the rows"
      title="a text in any case, in any text column"
      maxLength={limits.searchUnitsMax}
      leftSection={<IconSearch size={14} />}
      rightSection={
        text === '' ? null : <CloseButton size="xs" aria-label="clear the search" onClick={() => setText('')} />
      }
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Escape' && setText('')}
    />
  );
}
