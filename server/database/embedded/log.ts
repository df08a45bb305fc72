/** The part of pino that the launcher writes to. */
export type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};
