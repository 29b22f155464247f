import type { ClientFrame, ErrorData, FirstFrame, FrameId, StreamData } from './frames.js';
import type { Message } from './message.js';

/** The two codecs, by name. */
export type CodecName = 'json' | 'text';

/**
 * Translates frames to and from the text of WebSocket messages. Chosen once per connection and
 * then a field of it; nobody downstream asks which one it is. Stateless: one instance serves
 * every connection. `test/contract/codec.contract.ts` holds what each must keep.
 */
export interface Codec {
  readonly name: CodecName;
  /** Name in `Sec-WebSocket-Protocol`. */
  readonly subprotocol: string;

  /**
   * Decodes the first frame of a connection.
   *
   * @throws FrameException AUTH_REQUIRED when it is not an authentication,
   *   AUTH_FAILED when it is a malformed one
   */
  decodeFirst(text: string): FirstFrame;

  /**
   * Decodes any later frame.
   *
   * @throws FrameException BAD_FRAME when it is not of the protocol
   */
  decode(text: string): ClientFrame;

  /** The answer to a successful authentication; `stream` where there is a history. */
  encodeWelcome(uid: string, connectionId: string, id?: FrameId, stream?: StreamData): string;

  /** Undefined when this protocol has no such frame. */
  encodeMessage(message: Message): string | undefined;

  /** A reply to a client's frame; undefined when this protocol has none. */
  encodeReply(event: string, data: unknown, id?: FrameId): string | undefined;

  /** An error, as the answer to a frame or of the connection. */
  encodeError(error: ErrorData, id?: FrameId): string;
}
