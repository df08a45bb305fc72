import { Tooltip } from '@mantine/core';
import { formatCursor } from '../../../../protocol/cursor.ts';
import { usePlace } from '../address/use-place.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import classes from './then-link.module.css';

/** A seq, which leads to what was right behind it. */
export function ThenLink({ seq }: { readonly seq: number }) {
  const [, go] = usePlace();
  const epoch = useLedger((state) => state.epoch);
  return (
    <Tooltip label="see it then">
      <button
        type="button"
        className={classes.link}
        aria-label={`see it as of #${seq}`}
        onClick={() => go({ at: formatCursor({ seq, epoch }) })}
      >
        #{seq}
      </button>
    </Tooltip>
  );
}
