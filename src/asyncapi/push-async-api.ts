import { checkOptions } from '../options/check-options.js';
import type { RequestFrame, ServerFrame } from '../protocol/frames.js';
import { Subprotocol } from '../protocol/subprotocol.js';
import type {
  AsyncApiDocument,
  AsyncApiMessage,
  AsyncApiOperation,
  AsyncApiServer,
  Reference,
} from './async-api.js';
import { ASYNC_API_OPTIONS, type PushAsyncApiOptions } from './async-api.options.js';
import type { DescribedFrame } from './described-frame.js';
import { FRAMES } from './frames.generated.js';

/** What answers a client's frame, beside an `error`; null: nothing does. */
const REPLIES: Readonly<Record<RequestFrame['event'], ServerFrame['event'] | null>> = {
  auth: 'auth',
  send: 'sent',
  broadcast: 'sent',
  ping: 'pong',
  ack: 'acked',
  response: null,
  watch: 'watched',
  unwatch: 'unwatched',
};

const CHANNEL: Reference = { $ref: '#/channels/push' };

const ABOUT = `A WebSocket of \`nestjs-uid-push\`, subprotocol \`${Subprotocol.JSON}\`. The first frame is \`auth\`. Frames of one connection take effect in order and are answered in order; a reply repeats the \`id\` of its frame, and a frame that cannot be carried out gets an \`error\`. An application's own events have the same envelope. PROTOCOL.md in the package is the specification, close codes and \`${Subprotocol.TEXT}\` included.`;

/**
 * Describes the push socket as an AsyncAPI 3 document, to serve or to generate clients from. The
 * messages are made of the protocol's own types.
 *
 * @throws Error that names the option that is wrong
 */
export function pushAsyncApi(options: PushAsyncApiOptions = {}): AsyncApiDocument {
  const { title, version, path, servers } = checkOptions(
    'pushAsyncApi',
    ASYNC_API_OPTIONS,
    options,
  );
  const frames: DescribedFrame[] = [...FRAMES.client, ...FRAMES.server];
  return {
    asyncapi: '3.0.0',
    info: { title, version, description: ABOUT },
    defaultContentType: 'application/json',
    servers: mapped(Object.entries(servers), ([name, url]) => [name, serverAt(url)]),
    channels: {
      push: {
        address: path,
        title: 'The push socket',
        description: 'One WebSocket, in both directions.',
        messages: mapped(frames, ({ name }) => [name, { $ref: `#/components/messages/${name}` }]),
        bindings: { ws: { method: 'GET', headers: HEADERS, bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      ...mapped(FRAMES.client, (frame) => [`receive${frame.name}`, received(frame)]),
      ...mapped(FRAMES.server.filter(isOwnIdea), (frame) => [`send${frame.name}`, sent(frame)]),
    },
    components: {
      messages: mapped(frames, (frame) => [frame.name, messageOf(frame)]),
      schemas: { ...FRAMES.schemas },
    },
  };
}

const HEADERS = {
  type: 'object',
  properties: { 'Sec-WebSocket-Protocol': { type: 'string', const: Subprotocol.JSON } },
};

function serverAt(url: string): AsyncApiServer {
  const { protocol, host, pathname } = new URL(url);
  const server: AsyncApiServer = { host, protocol: protocol === 'wss:' ? 'wss' : 'ws' };
  return pathname === '/' ? server : { ...server, pathname };
}

/** Whether the server says it other than as the reply to a frame. */
function isOwnIdea({ event }: DescribedFrame): boolean {
  return !Object.values<string | null>(REPLIES).includes(event);
}

function received(frame: DescribedFrame<RequestFrame['event']>): AsyncApiOperation {
  const replies = FRAMES.server.filter(({ event }) =>
    ['error', REPLIES[frame.event]].includes(event),
  );
  return {
    ...operation('receive', frame),
    reply: { channel: CHANNEL, messages: replies.map(inChannel) },
  };
}

function sent(frame: DescribedFrame): AsyncApiOperation {
  return operation('send', frame);
}

function operation(action: AsyncApiOperation['action'], frame: DescribedFrame): AsyncApiOperation {
  return { action, channel: CHANNEL, summary: frame.summary, messages: [inChannel(frame)] };
}

function inChannel({ name }: DescribedFrame): Reference {
  return { $ref: `#/channels/push/messages/${name}` };
}

function messageOf({ name, event, summary, examples }: DescribedFrame): AsyncApiMessage {
  const { properties = {} } = FRAMES.schemas[name];
  return {
    name: event,
    title: name,
    summary,
    contentType: 'application/json',
    payload: { $ref: `#/components/schemas/${name}` },
    ...('id' in properties && { correlationId: CORRELATION }),
    examples: examples.map((payload) => ({ payload })),
  };
}

const CORRELATION = {
  description: "The client's own name for its frame, which the reply repeats.",
  location: '$message.payload#/id',
};

function mapped<From, To>(list: readonly From[], entry: (each: From) => [string, To]) {
  return Object.fromEntries(list.map(entry)) as Record<string, To>;
}
