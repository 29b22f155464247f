import type { Connection } from './connection.js';

/**
 * One encoded frame on its way to any number of receivers. The transport keeps in `wire` what
 * it made of the text, so that a frame for a million receivers is framed once.
 */
export class OutboundFrame {
  /**
   * As the transport writes it, a string standing for bytes; made by the first transport that
   * sends this frame.
   */
  wire: string | Buffer | undefined = undefined;

  constructor(readonly text: string) {}
}

/** Work that somebody waits for. */
export interface Abortable {
  abort(): void;
}

/** What the registry sees of a socket. */
export interface Transport {
  readonly isClosed: boolean;
  /** It carries this connection from now on, though it may not be let in yet. */
  attached(connection: Connection): void;
  /** Sends after everything sent before; does nothing when the socket is closing. */
  deliver(frame: OutboundFrame): void;
  /** Starts the closing handshake; does nothing when it has begun. */
  shut(code: number, reason: string): void;
  /**
   * Sets when the identity ends, in milliseconds since the epoch; undefined for never. Does
   * nothing when the socket is closing.
   */
  expireAt(time: number | undefined): void;
  /** Has this work aborted when the socket closes, or at once; null when it has ended. */
  abortOnClose(work: Abortable | null): void;
}
