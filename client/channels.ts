import type { ServerAddress } from '../protocol/address.ts';

/**
 * What the client needs of a transport. ZeroMQ stands behind it (zeromq-channel.ts), and in the specs a deterministic
 * one that loses, repeats and reconnects at will.
 */
export interface Transport {
  /** Of the key pair that all its sockets have, in base64url; undefined when they are plain. */
  readonly publicKey: string | undefined;
  openCommands(address: ServerAddress, listener: SocketListener): CommandSocket;
  /** Subscribes to the topics and to nothing else. */
  openFeed(address: ServerAddress, topics: readonly string[], listener: SocketListener): FeedSocket;
}

/** Never called after `close`. */
export interface SocketListener {
  /** A message, without the empty delimiter of the command socket. The frames may be kept. */
  message(frames: readonly Uint8Array[]): void;
  /** The connection was lost or could not be made. The socket may mend itself: the next message says so. */
  down(): void;
}

export interface CommandSocket {
  /**
   * Sends one frame as soon as there is a connection; `sent` is called when it has left. Never throws.
   * The answer withdraws the frame: true when nothing of it will leave from now on, false when that cannot be prevented
   * but by closing the socket.
   */
  send(frame: string, sent: () => void): () => boolean;
  /** Drops what was not sent yet. */
  close(): void;
}

export interface FeedSocket {
  close(): void;
}
