import { isLoopback, parseAddress, type ServerAddress } from '../protocol/address.ts';

/**
 * Reads the address of a server that may be spoken to: with its key, or on this machine. Without a key everybody on the
 * way could read and change what is sent, and be the server.
 * @throws Error that says what to write
 */
export function readAddress(text: string): ServerAddress {
  const address = parseAddress(text);
  if (address.key !== undefined || isLoopback(address.host)) return address;
  throw new Error(
    `${JSON.stringify(text)} has no key, so nothing would be encrypted; ` +
      'copy the whole address that the server prints: rowcast://HOST:PORT?feed=PORT&key=KEY',
  );
}
