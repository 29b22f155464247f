import { ErrorCode } from './codes.js';
import type { Codec } from './codec.js';
import type {
  ClientFrame,
  ErrorData,
  FirstFrame,
  FrameId,
  ServerFrame,
  StreamData,
} from './frames.js';
import { isObject } from './is-object.js';
import { hasPrototypeKey } from './prototype-key.js';
import type { Message } from './message.js';
import { isName, NAME_RULE } from './names.js';
import { isRecover, RECOVER_RULE } from './recover.js';
import { BadFrameException, FrameException } from './push.exception.js';
import { Subprotocol } from './subprotocol.js';

/** Longest `id` of a frame, in UTF-16 code units. */
const MAX_FRAME_ID_LENGTH = 128;

const ID_RULE = `"id" of a frame must be a number or a string of at most ${MAX_FRAME_ID_LENGTH} characters.`;

/** `push.v1.json`: Nest's envelope `{ "event", "data" }` with an optional `"id"`. */
export class JsonCodec implements Codec {
  readonly name = 'json';
  readonly subprotocol = Subprotocol.JSON;

  decodeFirst(text: string): FirstFrame {
    const { data, id } = this.parseAuth(text);
    if (!isObject(data)) {
      const message = 'Give the identity as an object in "data" of the auth frame.';
      throw new FrameException(ErrorCode.AUTH_FAILED, message, id);
    }
    const { device, recover } = data;
    if (device !== undefined && !isName(device)) {
      throw new FrameException(ErrorCode.AUTH_FAILED, `"device" must be ${NAME_RULE}.`, id);
    }
    if (recover === undefined) return { credential: data, device, id };
    if (isRecover(recover)) return { credential: data, device, recover, id };
    throw new FrameException(ErrorCode.AUTH_FAILED, `"recover" must be ${RECOVER_RULE}.`, id);
  }

  decode(text: string): ClientFrame {
    const frame = parseJson(text);
    if (!isObject(frame)) {
      throw new BadFrameException('A frame is a JSON object with "event" and "data".');
    }
    const { event, data, id } = frame;
    if (!isFrameId(id)) throw new BadFrameException(ID_RULE);
    if (typeof event !== 'string' || event === '') {
      throw new BadFrameException('"event" of a frame must be a non-empty string.', id);
    }
    if (hasPrototypeKey(text, frame)) {
      throw new BadFrameException('A frame must not contain the key "__proto__".', id);
    }
    return { event, data, id };
  }

  encodeWelcome(uid: string, connectionId: string, id?: FrameId, stream?: StreamData): string {
    return write({ event: 'auth', id, data: { uid, connectionId, stream } });
  }

  encodeMessage(message: Message): string {
    if (message.notice !== undefined) return `{"event":"${message.notice}","data":${message.json}}`;
    const from = message.from === undefined ? '' : `,"from":${JSON.stringify(message.from)}`;
    const place = message.position === undefined ? '' : `,"offset":${message.position.offset}`;
    return `{"event":"message","data":{"id":"${message.id}"${from}${place},"data":${message.json}}}`;
  }

  encodeReply(event: string, data: unknown, id?: FrameId): string {
    return JSON.stringify({ event, id, data });
  }

  /** Member by member: an exception, which has others, is an `ErrorData` too. */
  encodeError({ code, message, details }: ErrorData, id?: FrameId): string {
    return write({ event: 'error', id, data: { code, message, details } });
  }

  /** Anything that is not an `auth` frame, broken JSON included, asks for authentication. */
  private parseAuth(text: string): ClientFrame {
    let frame: ClientFrame;
    try {
      frame = this.decode(text);
    } catch (cause) {
      throw authRequired(cause instanceof FrameException ? cause.frameId : undefined, { cause });
    }
    if (frame.event !== 'auth') throw authRequired(frame.id);
    return frame;
  }
}

/** One of the protocol's own frames. */
function write(frame: ServerFrame): string {
  return JSON.stringify(frame);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadFrameException('A frame of this protocol is JSON text.');
  }
}

function isFrameId(id: unknown): id is FrameId | undefined {
  if (typeof id === 'string') return id.length <= MAX_FRAME_ID_LENGTH;
  return id === undefined || Number.isFinite(id);
}

function authRequired(id: FrameId | undefined, options?: ErrorOptions): FrameException {
  return new FrameException(ErrorCode.AUTH_REQUIRED, 'Send an auth frame first.', id, options);
}
