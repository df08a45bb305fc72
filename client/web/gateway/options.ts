/**
 * Who is let in.
 * - `private`: one person on this machine, who opens the address that the terminal shows; editing after a login.
 * - `public`: anyone who reaches the gateway, to read only.
 */
type Door = 'private' | 'public';

export interface GatewayOptions {
  /** Of the server, as {@link connect} takes them. */
  readonly servers: readonly string[];
  /** Folder in which verified checkpoints are kept. */
  readonly checkpoints: string;
  /** Milliseconds that a request to the server may take. */
  readonly timeoutMs: number | undefined;
  readonly door: Door;
  /** Numeric address to listen on. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Names, with the port where it is not the usual one, under which others reach it: exact, as browsers send them. */
  readonly names: readonly string[];
  /** Feeds that are open at the same time; the next one is refused. */
  readonly viewersMax: number;
  /** Minutes without a deed of the person after which a login ends. */
  readonly idleMinutes: number;
  /** Folder of the built page. */
  readonly page: string;
  /** Told of each new one-time address, whenever the last one was used. */
  readonly onAddress?: ((address: string) => void) | undefined;
}
