import { useState } from 'react';
import { usePlace } from '../address/use-place.ts';
import { pathOf, postLines } from '../api/lines.ts';
import { asAdministrator } from '../people/login-request.ts';

export type SampleName = 'employees' | 'mime-db';

/** Milliseconds between two versions of a sample, so that they are seen to come. */
const pauseMs = 1_200;

interface SampleState {
  /** Which one is being loaded. */
  readonly name: SampleName | undefined;
  readonly told: string | undefined;
  readonly error: unknown;
}

interface Line {
  readonly set?: { readonly table: string; readonly why: string; readonly index: number; readonly of: number };
}

const idle: SampleState = { name: undefined, told: undefined, error: undefined };

/** Has the gateway make a sample, and goes there when its first rows are. */
export function useSample(): SampleState & { readonly load: (name: SampleName) => void } {
  const [, go] = usePlace();
  const [state, setState] = useState(idle);
  const load = async (name: SampleName): Promise<void> => {
    setState({ name, told: 'on its way', error: undefined });
    try {
      for await (const lines of postLines(pathOf(`/api/sample/${name}`, { pause_ms: pauseMs }), {})) {
        for (const { set } of lines as readonly Line[]) {
          if (set === undefined) continue;
          setState({ name, told: `${set.why}: ${set.index} of ${set.of}`, error: undefined });
          if (set.index === 1) go({ table: set.table });
        }
      }
      setState(idle);
    } catch (error) {
      setState({ ...idle, error });
    }
  };
  return { ...state, load: (name) => asAdministrator('to load a sample', () => void load(name)) };
}
