import type { RowEntry } from '../../../../protocol/entry.ts';
import { useLedger } from '../ledger/ledger-state.ts';
import type { Takeback } from './revert-dialog.tsx';

/** Of one change of a row. */
export function takebackOf({ seq }: RowEntry): Takeback {
  const { epoch } = useLedger.getState();
  return { title: `Take #${seq} back`, done: `took #${seq} back`, what: { seq, epoch } };
}

/** Of all changes of a row that came behind this one, up to those that are known: of others nobody has seen a preview. */
export function restoreOf({ seq, version, table, key }: RowEntry): Takeback {
  const { epoch, head } = useLedger.getState();
  return {
    title: `Make it as it was after #${seq}, version ${version}`,
    done: `made ${key} as it was after #${seq}`,
    what: { after: seq, last: head, epoch },
    rows: [{ table, key }],
  };
}
