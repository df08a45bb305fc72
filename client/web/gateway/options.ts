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
  readonly timeoutMs?: number | undefined;
  readonly door: Door;
  /** Numeric address to listen on; of this machine alone where the door is private. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** How many of the ports behind it are tried when it is taken; none unless given. */
  readonly portsMore?: number | undefined;
  /** Origins, `https://tables.example.org`, of the page where it is reached by other names than this machine's numbers. */
  readonly names: readonly string[];
  /** Feeds that are open at the same time; the next one is refused. */
  readonly viewersMax: number;
  /** Minutes without a deed of the person after which a login ends. */
  readonly idleMinutes: number;
  /** Folder in which those who were let in are remembered over a restart; only while it runs when left out. */
  readonly visitors?: string | undefined;
  /** Folder of the built page. */
  readonly page: string;
  /** Told of each new one-time address, whenever the last one was used. */
  readonly onAddress?: ((address: string) => void) | undefined;
  /** Told of what went wrong here and is nobody's mistake who asked. */
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}
