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

/** A frame with a message that has a place in the stream of its receiver. */
export class RetainedFrame extends OutboundFrame {
  constructor(
    text: string,
    readonly offset: number,
  ) {
    super(text);
  }
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
  /**
   * Sends a message from others after everything sent before; does nothing when the socket is
   * closing. It waits while the socket is let in, and until it has got what it missed.
   */
  deliver(frame: OutboundFrame): void;
  /** The same while the socket is let in: before what has come since this place. */
  deliverLate(frame: OutboundFrame, place: number): void;
  /** Sends what answers the client itself, which waits for nothing. */
  write(frame: OutboundFrame): void;
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
