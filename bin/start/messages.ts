import type { GatewayOptions } from '../../client/web/gateway/options.ts';

/** What the gateway's process is given: all of its options that are no functions. */
export type GatewayTask = Omit<GatewayOptions, 'onAddress' | 'onTrouble'>;

/** To the gateway's process. */
export type ToGateway = { readonly type: 'start'; readonly task: GatewayTask } | { readonly type: 'stop' };

/** It is there. */
export interface Listening {
  readonly type: 'listening';
  readonly port: number;
  /** Lets the next browser in. */
  readonly address: string;
  /** What it goes without, and what to do. */
  readonly problem?: string | undefined;
}

/** From the gateway's process. */
export type FromGateway =
  | Listening
  /** The one-time address was used; this is the next. */
  | { readonly type: 'address'; readonly address: string }
  /** It cannot start; the message says why, and what to do. */
  | { readonly type: 'refused'; readonly code: string; readonly message: string };
