import { ErrorCode } from './codes.js';
import type { StreamPosition } from './frames.js';
import { PushException } from './push.exception.js';

/** Frames that are for the program of a client, beside `message`: their data is all they have. */
export type Notice = 'settled' | 'request' | 'cancelled' | 'epoch' | 'presence';
/** Those that nodes send each other. */
export type PublishedNotice = Exclude<Notice, 'epoch' | 'presence'>;
export const NOTICES: readonly PublishedNotice[] = ['settled', 'request', 'cancelled'];

/** Who waits to hear what becomes of a message: this node, for so many milliseconds. */
export interface Awaited {
  readonly node: string;
  readonly timeout: number;
}

/**
 * What travels from a sender to its receivers. Its data is held in the two forms that codecs
 * write, each made at most once however many receivers there are: JSON text for `json`, and for
 * `text` the bare string, or the JSON of anything that is not a string.
 */
export class Message {
  private constructor(
    readonly id: string,
    /** Uid of the client that sent it; undefined when the server did. */
    readonly from: string | undefined,
    private jsonForm: string | undefined,
    private textForm: string | undefined,
    /** Its place in the stream of its receiver; undefined when it is not retained. */
    readonly position: StreamPosition | undefined,
    /** What it is instead of a message. */
    readonly notice: Notice | undefined,
    readonly awaited: Awaited | undefined,
  ) {}

  /**
   * A message with any JSON value.
   *
   * @throws PushException VALIDATION_FAILED when `data` has no JSON form
   */
  static of(id: string, data: unknown, from?: string): Message {
    if (typeof data === 'string') {
      return new Message(id, from, undefined, data, undefined, undefined, undefined);
    }
    return Message.fromJson(id, toJson(data), from);
  }

  /**
   * A message whose data is JSON text as `JSON.stringify` writes it, from another node for
   * example. The text form depends on nothing else, so it is the same on every node: a `Date`,
   * whose JSON is a string, arrives as that string.
   */
  static fromJson(
    id: string,
    json: string,
    from?: string,
    position?: StreamPosition,
    notice?: Notice,
    awaited?: Awaited,
  ): Message {
    const text = json.startsWith('"') ? undefined : json;
    return new Message(id, from, json, text, position, notice, awaited);
  }

  /** What a frame with this event and these data says to clients; text clients do not get it. */
  static notice(id: string, notice: Notice, data: object, position?: StreamPosition): Message {
    return Message.fromJson(id, JSON.stringify(data), undefined, position, notice);
  }

  /** The same message at a place in a stream: it has one in that of each of its receivers. */
  at(position: StreamPosition): Message {
    const { id, from, jsonForm, textForm, notice, awaited } = this;
    return new Message(id, from, jsonForm, textForm, position, notice, awaited);
  }

  /** The same message, of which somebody waits to hear what becomes of it. */
  awaiting(awaited: Awaited): Message {
    const { id, from, jsonForm, textForm, position, notice } = this;
    return new Message(id, from, jsonForm, textForm, position, notice, awaited);
  }

  /** A request with the same data, under the same id. */
  asRequest(awaited: Awaited): Message {
    const json = `{"id":"${this.id}","data":${this.json}}`;
    return Message.fromJson(this.id, json, undefined, undefined, 'request', awaited);
  }

  /** What the data is at most, as JSON in UTF-8, told by its length alone. */
  get mostBytes(): number {
    // A code unit is at most three bytes, and at most six where it may still be escaped.
    return this.jsonForm === undefined ? this.textForm!.length * 6 + 2 : this.jsonForm.length * 3;
  }

  /** The data as JSON text. */
  get json(): string {
    return (this.jsonForm ??= JSON.stringify(this.textForm));
  }

  /** The data as text clients get it: a string as it is, anything else as JSON. */
  get text(): string {
    return (this.textForm ??= JSON.parse(this.jsonForm!) as string);
  }
}

function toJson(data: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(data);
  } catch (cause) {
    throw notJson(cause);
  }
  if (json === undefined) throw notJson();
  return json;
}

function notJson(cause?: unknown): PushException {
  return new PushException(
    ErrorCode.VALIDATION_FAILED,
    'Send a JSON value: no undefined, function, symbol, BigInt, circular or too deeply nested structure.',
    [{ field: 'data', errors: ['data must be a JSON value'] }],
    { cause },
  );
}
