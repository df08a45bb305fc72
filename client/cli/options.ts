/** The options that every verb takes. */
export interface GlobalOptions {
  /** Addresses, comma separated. */
  readonly server?: string | undefined;
  readonly settings?: string | undefined;
  readonly json?: boolean | undefined;
  readonly color?: boolean | undefined;
}
