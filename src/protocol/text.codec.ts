import type { Codec } from './codec.js';
import type { ClientFrame, ErrorData, FirstFrame } from './frames.js';
import type { Message } from './message.js';
import { EVERYONE } from './names.js';
import { BadFrameException } from './push.exception.js';
import { Subprotocol } from './subprotocol.js';

/** What can be set of the text protocol. */
export interface TextCodecOptions {
  /**
   * The answer to a successful authentication, given the uid.
   *
   * @default the sentence of the Workerman example, in French
   */
  welcome?: ((uid: string) => string) | undefined;
}

/**
 * `push.v1.text`: the protocol of Workerman's example "send data to a specific client". The
 * first frame is the credential, each later one is `uid:message` or `all:message`, and receivers
 * get the bare message.
 */
export class TextCodec implements Codec {
  readonly name = 'text';
  readonly subprotocol = Subprotocol.TEXT;
  private readonly welcome: (uid: string) => string;

  constructor(options: TextCodecOptions = {}) {
    this.welcome = options.welcome ?? ((uid) => `Connexion réussie, votre uid est ${uid}`);
  }

  decodeFirst(text: string): FirstFrame {
    return { credential: text };
  }

  decode(text: string): ClientFrame {
    // At the first colon: the example splits at every one and loses what follows the second.
    const colon = text.indexOf(':');
    if (colon < 1) {
      throw new BadFrameException(
        'Write the uid of the receiver, or "all", then a colon, then the message.',
      );
    }
    const to = text.slice(0, colon);
    const data = text.slice(colon + 1);
    return to === EVERYONE
      ? { event: 'broadcast', data: { data } }
      : { event: 'send', data: { to, data } };
  }

  encodeWelcome(uid: string): string {
    return this.welcome(uid);
  }

  encodeMessage(message: Message): string | undefined {
    return message.notice === undefined ? message.text : undefined;
  }

  /** Text clients get no replies: their frames have no id to reply to. */
  encodeReply(): undefined {
    return undefined;
  }

  encodeError(error: ErrorData): string {
    return `error:${error.code}:${error.message}`;
  }
}
