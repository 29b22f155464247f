/**
 * What an application sends over its sockets, as one type that clients and server share. Every
 * member may be left out; what is left out is `unknown`.
 *
 * ```ts
 * interface ShopEvents {
 *   message: { type: 'shipped'; id: string } | { type: 'note'; text: string };
 *   request: { data: { question: string }; answer: 'yes' | 'no' };
 *   emits: { 'cart:add': { data: { article: string }; reply: { items: number } } };
 *   receives: { price: { article: string; cents: number } };
 * }
 * ```
 */
export interface EventMap {
  /** Data of messages, whoever sends them. */
  message?: unknown;
  /** What the server asks a device, and what the device answers. */
  request?: { data: unknown; answer: unknown };
  /** Events of the application that clients emit: by name, the data and the reply. */
  emits?: object;
  /** Events of the application that the server sends by itself: by name, the data. */
  receives?: object;
}

/** Data of messages; unknown where the map says nothing of them. */
export type MessageOf<Events> = Events extends { message: infer Data } ? Data : unknown;

/** What the server asks a device; unknown where the map says nothing of it. */
export type RequestOf<Events> = Events extends { request: { data: infer Data } } ? Data : unknown;

/** What a device answers; unknown where the map says nothing of it. */
export type AnswerOf<Events> = Events extends { request: { answer: infer Answer } }
  ? Answer
  : unknown;

/** Names of the events that clients emit. */
export type EmitName<Events> = Events extends { emits: infer Emits }
  ? keyof Emits & string
  : string;

/** One entry of `emits`; unknown data and reply when there is no such list. */
export type EmitOf<Events, Name> = Events extends { emits: infer Emits }
  ? Emits[Name & keyof Emits]
  : { data?: unknown; reply: unknown };

/** Data of an event that clients emit; undefined for an event without data. */
export type EmitDataOf<Events, Name> =
  EmitOf<Events, Name> extends { data?: infer Data } ? Data : undefined;

/** The server's reply to an event that clients emit. */
export type EmitReplyOf<Events, Name> =
  EmitOf<Events, Name> extends { reply: infer Reply } ? Reply : undefined;

/** An event of the application from the server: each name with its data. */
export type ReceivedEvent<Events> = Events extends { receives: infer Receives }
  ? { [Name in keyof Receives & string]: { event: Name; data: Receives[Name] } }[keyof Receives &
      string]
  : { event: string; data: unknown };
