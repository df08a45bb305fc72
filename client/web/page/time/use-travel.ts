import { useEffect } from 'react';
import { goTo } from '../address/go-to.ts';
import type { TableModel } from '../ledger/table-model.ts';
import { useTime } from './time-state.ts';
import { pause } from './travel.ts';

/** Has a table show the moment, and play. */
export function useTravel(model: TableModel | undefined, at: string | undefined): void {
  const speed = useTime((state) => (state.isPlaying ? state.speed : undefined));
  const played = useTime((state) => state.played);
  useEffect(() => {
    if (speed === undefined) model?.pause();
  }, [model, speed]);
  useEffect(() => model?.show(at), [model, at]);
  useEffect(() => {
    if (speed !== undefined) model?.play(speed);
  }, [model, speed]);
  useEffect(() => {
    if (played === undefined) return;
    useTime.setState({ played: undefined });
    if (played === 'halted') pause();
    else goTo({ at: undefined }, { replace: true });
  }, [played]);
  // A play is of what is shown: elsewhere there is none.
  useEffect(() => () => useTime.setState({ isPlaying: false, clock: undefined }), []);
}
