/** What keeps a server from running, told so that who started it knows what to do. */
export class PlainError extends Error {
  override readonly name = 'PlainError';
}
