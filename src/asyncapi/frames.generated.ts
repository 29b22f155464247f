// Made of the types in protocol/frames.ts and of test/vectors, by `npm run generate:asyncapi`.
import type { DescribedFrames } from './described-frame.js';

export const FRAMES: DescribedFrames = {
  client: [
    {
      name: 'AuthRequest',
      event: 'auth',
      summary: 'The first message of a client, and later the renewal of its identity.',
      examples: [
        {
          event: 'auth',
          data: {
            uid: 'anna',
          },
        },
        {
          event: 'auth',
          data: {
            uid: 'anna',
            device: 'phone',
          },
          id: 1,
        },
      ],
    },
    {
      name: 'SendRequest',
      event: 'send',
      summary: 'Sends to every connection of the recipients.',
      examples: [
        {
          event: 'send',
          data: {
            to: 'ben',
            data: {
              text: 'hello',
            },
          },
          id: 2,
        },
        {
          event: 'send',
          data: {
            to: 'ben',
            data: 'hi',
          },
        },
      ],
    },
    {
      name: 'BroadcastRequest',
      event: 'broadcast',
      summary: "Sends to every authenticated connection, the sender's included.",
      examples: [
        {
          event: 'broadcast',
          data: {
            data: {
              n: 1,
            },
          },
          id: 7,
        },
        {
          event: 'broadcast',
          data: {
            data: 'hi',
          },
        },
      ],
    },
    {
      name: 'Ping',
      event: 'ping',
      summary: 'For clients that cannot send pings of WebSocket, such as browsers.',
      examples: [
        {
          event: 'ping',
          id: -1.5,
        },
        {
          event: 'ping',
          id: 'iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii',
        },
      ],
    },
    {
      name: 'Ack',
      event: 'ack',
      summary: 'Cumulative acknowledgement of retained messages.',
      examples: [
        {
          event: 'ack',
          data: {
            offset: 0,
          },
          id: 11,
        },
        {
          event: 'ack',
          data: {
            offset: 0,
          },
        },
      ],
    },
    {
      name: 'Response',
      event: 'response',
      summary: 'The answer to a `request`.',
      examples: [
        {
          event: 'response',
          data: {
            id: 'k3v9x0a1bz-2a',
            data: 1,
          },
          id: 40,
        },
        {
          event: 'response',
          data: {
            id: 'k3v9x0a1bz-2a',
            data: 1,
          },
        },
      ],
    },
    {
      name: 'Watch',
      event: 'watch',
      summary: 'Tell me of these uids, beside those that I watch already.',
      examples: [
        {
          event: 'watch',
          data: {
            uids: ['ben', 'cy'],
          },
          id: 50,
        },
        {
          event: 'watch',
          data: {
            uids: ['ben'],
          },
        },
      ],
    },
    {
      name: 'Unwatch',
      event: 'unwatch',
      summary: 'No longer of these.',
      examples: [
        {
          event: 'unwatch',
          data: {
            uids: ['ben'],
          },
          id: 55,
        },
        {
          event: 'unwatch',
          data: {
            uids: ['ben'],
          },
        },
      ],
    },
  ],
  server: [
    {
      name: 'AuthReply',
      event: 'auth',
      summary: 'The client is who it says.',
      examples: [
        {
          event: 'auth',
          data: {
            uid: 'anna',
            connectionId: '@k3v9x0a1bz.7',
          },
        },
        {
          event: 'auth',
          id: 1,
          data: {
            uid: 'anna',
            connectionId: '@k3v9x0a1bz.7',
          },
        },
      ],
    },
    {
      name: 'Sent',
      event: 'sent',
      summary: 'The reply to `send` and `broadcast`: the message was handed to the nodes.',
      examples: [
        {
          event: 'sent',
          id: 2,
          data: {
            id: 'k3v9x0a1bz-1f',
            nodes: 1,
          },
        },
        {
          event: 'sent',
          id: 'b-2',
          data: {
            id: 'k3v9x0a1bz-1f',
            nodes: 0,
          },
        },
      ],
    },
    {
      name: 'Pong',
      event: 'pong',
      summary: 'The reply to `ping`: every frame before it has been handled.',
      examples: [
        {
          event: 'pong',
        },
        {
          event: 'pong',
          id: 0,
        },
      ],
    },
    {
      name: 'MessageFrame',
      event: 'message',
      summary: 'Something was sent to this connection, by another client or by the application.',
      examples: [
        {
          event: 'message',
          data: {
            id: 'k3v9x0a1bz-1f',
            from: 'anna',
            data: {
              text: 'hello',
            },
          },
        },
        {
          event: 'message',
          data: {
            id: 'k3v9x0a1bz-1f',
            data: {
              type: 'shipped',
              id: 17,
            },
          },
        },
      ],
    },
    {
      name: 'Acked',
      event: 'acked',
      summary: 'The reply to `ack`: the cursor, which never goes back.',
      examples: [
        {
          event: 'acked',
          id: 3,
          data: {
            offset: 41,
          },
        },
      ],
    },
    {
      name: 'Settled',
      event: 'settled',
      summary: 'Another device has acknowledged this message first: take it off the screen.',
      examples: [
        {
          event: 'settled',
          data: {
            id: 'k3v9x0a1bz-2a',
            offset: 41,
          },
        },
      ],
    },
    {
      name: 'EpochFrame',
      event: 'epoch',
      summary: 'The stream has begun anew, because data was lost: where it goes on.',
      examples: [
        {
          event: 'epoch',
          data: {
            epoch: '9fKq',
            offset: 0,
            recovered: false,
            reason: 'epoch',
          },
        },
      ],
    },
    {
      name: 'Request',
      event: 'request',
      summary: 'The server asks this device, and waits for its `response`.',
      examples: [
        {
          event: 'request',
          data: {
            id: 'k3v9x0a1bz-2a',
            data: {
              approve: 17,
            },
          },
        },
        {
          event: 'request',
          data: {
            id: 'k3v9x0a1bz-2a',
            data: 'say "yes"',
          },
        },
      ],
    },
    {
      name: 'Cancelled',
      event: 'cancelled',
      summary: 'A `request` is over, and this connection has not answered it.',
      examples: [
        {
          event: 'cancelled',
          data: {
            id: 'k3v9x0a1bz-2a',
          },
        },
      ],
    },
    {
      name: 'Watched',
      event: 'watched',
      summary: 'The reply to `watch`, whether it had an `id` or not.',
      examples: [
        {
          event: 'watched',
          id: 5,
          data: {
            presence: [
              {
                uid: 'ben',
                online: true,
                seq: 1780000000000001,
              },
            ],
          },
        },
        {
          event: 'watched',
          data: {
            presence: [],
          },
        },
      ],
    },
    {
      name: 'Unwatched',
      event: 'unwatched',
      summary: 'The reply to `unwatch`.',
      examples: [
        {
          event: 'unwatched',
          id: 6,
        },
      ],
    },
    {
      name: 'Presence',
      event: 'presence',
      summary: 'How it stands with a uid that the client watches has changed.',
      examples: [
        {
          event: 'presence',
          data: {
            uid: 'an"na',
            online: true,
            seq: 1780000000000001,
          },
        },
        {
          event: 'presence',
          data: {
            uid: 'ben',
            online: false,
            seq: 0,
          },
        },
      ],
    },
    {
      name: 'ErrorFrame',
      event: 'error',
      summary: 'Something was wrong with a frame, or with the connection.',
      examples: [
        {
          event: 'error',
          data: {
            code: 'BAD_FRAME',
            message: 'A frame of this protocol is JSON text.',
          },
        },
        {
          event: 'error',
          id: 3,
          data: {
            code: 'FORBIDDEN',
            message: 'You may not send to this recipient.',
          },
        },
      ],
    },
  ],
  schemas: {
    AuthRequest: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'auth',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/AuthData',
        },
      },
      required: ['event', 'data'],
      description: 'The first message of a client, and later the renewal of its identity.',
    },
    FrameId: {
      type: ['string', 'number'],
      description:
        'What a client may put into `id` to tell replies apart; the reply repeats it unchanged.',
      maxLength: 128,
    },
    AuthData: {
      type: 'object',
      properties: {
        token: {
          type: 'string',
        },
        uid: {
          type: 'string',
        },
        device: {
          type: 'string',
          description: 'A name for this device or tab.',
          minLength: 1,
          maxLength: 128,
        },
        recover: {
          $ref: '#/components/schemas/Recover',
          description: 'From where the client wants the retained messages that it missed.',
        },
      },
      additionalProperties: {},
      description:
        'Data of an `auth` frame: what the authenticator of the server takes, and these.',
    },
    Recover: {
      anyOf: [
        {
          $ref: '#/components/schemas/StreamPosition',
        },
        {
          type: 'string',
          const: 'unread',
        },
      ],
      description:
        'From where a client that authenticates wants what it missed: its own position, or where the acknowledgements of its device (or of the uid, without a device name) ended.',
    },
    StreamPosition: {
      type: 'object',
      properties: {
        epoch: {
          type: 'string',
          description: "Name of the stream's life, opaque: in another epoch offsets began anew.",
          minLength: 1,
          maxLength: 128,
        },
        offset: {
          type: 'integer',
          description: '1, 2, 3 … without holes; 0 before the first message.',
          minimum: 0,
        },
      },
      required: ['epoch', 'offset'],
      description: 'A place in the stream of a uid: everything up to there has been seen.',
    },
    SendRequest: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'send',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/SendData',
        },
      },
      required: ['event', 'data'],
      description: 'Sends to every connection of the recipients.',
    },
    SendData: {
      type: 'object',
      properties: {
        to: {
          $ref: '#/components/schemas/Recipient',
        },
        data: {},
      },
      required: ['to', 'data'],
      description: 'Data of a `send` frame.',
      additionalProperties: false,
    },
    Recipient: {
      anyOf: [
        {
          type: 'string',
        },
        {
          type: 'array',
          items: {
            type: 'string',
          },
        },
        {
          type: 'object',
          properties: {
            group: {
              type: 'string',
              minLength: 1,
              maxLength: 128,
            },
          },
          required: ['group'],
        },
      ],
      description:
        'Whom a client or a caller of the push API addresses: a uid, "all", a list of uids, or a group.',
      minLength: 1,
      maxLength: 128,
      minItems: 1,
    },
    BroadcastRequest: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'broadcast',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/BroadcastData',
        },
      },
      required: ['event', 'data'],
      description: "Sends to every authenticated connection, the sender's included.",
    },
    BroadcastData: {
      type: 'object',
      properties: {
        data: {},
      },
      required: ['data'],
      description: 'Data of a `broadcast` frame.',
      additionalProperties: false,
    },
    Ping: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'ping',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
      },
      required: ['event'],
      description: 'For clients that cannot send pings of WebSocket, such as browsers.',
    },
    Ack: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'ack',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/AckData',
        },
      },
      required: ['event', 'data'],
      description: 'Cumulative acknowledgement of retained messages.',
    },
    AckData: {
      type: 'object',
      properties: {
        offset: {
          type: 'integer',
          minimum: 0,
        },
      },
      required: ['offset'],
      description: 'Data of an `ack` and of its reply `acked`: everything up to this offset.',
      additionalProperties: false,
    },
    Response: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'response',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/ResponseData',
        },
      },
      required: ['event', 'data'],
      description: 'The answer to a `request`.',
    },
    ResponseData: {
      anyOf: [
        {
          type: 'object',
          properties: {
            id: {
              type: 'string',
            },
            data: {},
          },
          required: ['id', 'data'],
        },
        {
          type: 'object',
          properties: {
            id: {
              type: 'string',
            },
            error: {
              type: 'object',
              properties: {
                code: {
                  type: 'string',
                },
                message: {
                  type: 'string',
                },
              },
              required: ['code', 'message'],
            },
          },
          required: ['id', 'error'],
        },
      ],
      description: "Data of a `response`: a device's answer to a request, or its refusal.",
    },
    Watch: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'watch',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/WatchData',
        },
      },
      required: ['event', 'data'],
      description: 'Tell me of these uids, beside those that I watch already.',
    },
    WatchData: {
      type: 'object',
      properties: {
        uids: {
          type: 'array',
          items: {
            type: 'string',
          },
        },
      },
      required: ['uids'],
      description: 'Data of a `watch` and of an `unwatch` frame.',
      additionalProperties: false,
    },
    Unwatch: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'unwatch',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/WatchData',
        },
      },
      required: ['event', 'data'],
      description: 'No longer of these.',
    },
    AuthReply: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'auth',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/WelcomeData',
        },
      },
      required: ['event', 'data'],
      description: 'The client is who it says.',
    },
    WelcomeData: {
      type: 'object',
      properties: {
        uid: {
          type: 'string',
        },
        connectionId: {
          type: 'string',
        },
        stream: {
          $ref: '#/components/schemas/StreamData',
        },
      },
      required: ['uid', 'connectionId'],
      description: 'Data of an `auth` reply: who the connection belongs to now, and its name.',
    },
    StreamData: {
      type: 'object',
      properties: {
        epoch: {
          type: 'string',
          description: "Name of the stream's life, opaque: in another epoch offsets began anew.",
          minLength: 1,
          maxLength: 128,
        },
        offset: {
          type: 'integer',
          description: '1, 2, 3 … without holes; 0 before the first message.',
          minimum: 0,
        },
        recovered: {
          type: 'boolean',
          description: 'There if `recover` was asked: whether the missed messages follow.',
        },
        reason: {
          $ref: '#/components/schemas/RecoveryFailure',
          description: 'There if `recovered` is false.',
        },
      },
      required: ['epoch', 'offset'],
      description: "What the `auth` reply tells of the uid's stream, where there is a history.",
    },
    RecoveryFailure: {
      type: 'string',
      enum: ['epoch', 'trimmed', 'too-many'],
      description:
        'Why nothing was recovered: another epoch, messages that are gone, or too many of them.',
    },
    Sent: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'sent',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/SendResult',
        },
      },
      required: ['event', 'id', 'data'],
      description: 'The reply to `send` and `broadcast`: the message was handed to the nodes.',
    },
    SendResult: {
      type: 'object',
      properties: {
        id: {
          type: 'string',
        },
        nodes: {
          type: 'integer',
          minimum: 0,
        },
      },
      required: ['id', 'nodes'],
      description:
        "The outcome of a send: the message's id, and how many nodes hold a connection of the target.",
    },
    Pong: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'pong',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
      },
      required: ['event'],
      description: 'The reply to `ping`: every frame before it has been handled.',
    },
    MessageFrame: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'message',
        },
        data: {
          $ref: '#/components/schemas/MessageData',
        },
      },
      required: ['event', 'data'],
      description:
        'Something was sent to this connection, by another client or by the application.',
    },
    MessageData: {
      type: 'object',
      properties: {
        id: {
          type: 'string',
        },
        from: {
          type: 'string',
          description: 'Uid of the client that sent it; absent when the server did.',
        },
        data: {},
        offset: {
          type: 'integer',
          description:
            'Place in the stream of the receiving uid; absent when the message is not retained.',
          minimum: 1,
        },
      },
      required: ['id', 'data'],
      description: 'Data of a `message` frame.',
    },
    Acked: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'acked',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/AckData',
        },
      },
      required: ['event', 'id', 'data'],
      description: 'The reply to `ack`: the cursor, which never goes back.',
    },
    Settled: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'settled',
        },
        data: {
          $ref: '#/components/schemas/SettledData',
        },
      },
      required: ['event', 'data'],
      description: 'Another device has acknowledged this message first: take it off the screen.',
    },
    SettledData: {
      type: 'object',
      properties: {
        id: {
          type: 'string',
        },
        offset: {
          type: 'integer',
          minimum: 1,
        },
      },
      required: ['id', 'offset'],
      description: 'Data of a `settled` frame: another device has acknowledged this message first.',
    },
    EpochFrame: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'epoch',
        },
        data: {
          $ref: '#/components/schemas/StreamData',
        },
      },
      required: ['event', 'data'],
      description: 'The stream has begun anew, because data was lost: where it goes on.',
    },
    Request: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'request',
        },
        data: {
          $ref: '#/components/schemas/RequestData',
        },
      },
      required: ['event', 'data'],
      description: 'The server asks this device, and waits for its `response`.',
    },
    RequestData: {
      type: 'object',
      properties: {
        id: {
          type: 'string',
        },
        data: {},
      },
      required: ['id', 'data'],
      description: 'Data of a `request` frame: what the server asks this device.',
    },
    Cancelled: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'cancelled',
        },
        data: {
          $ref: '#/components/schemas/CancelledData',
        },
      },
      required: ['event', 'data'],
      description: 'A `request` is over, and this connection has not answered it.',
    },
    CancelledData: {
      type: 'object',
      properties: {
        id: {
          type: 'string',
        },
      },
      required: ['id'],
      description: 'Data of a `cancelled` frame: the request is over.',
    },
    Watched: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'watched',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/WatchedData',
        },
      },
      required: ['event', 'data'],
      description: 'The reply to `watch`, whether it had an `id` or not.',
    },
    WatchedData: {
      type: 'object',
      properties: {
        presence: {
          type: 'array',
          items: {
            $ref: '#/components/schemas/PresenceData',
          },
        },
      },
      required: ['presence'],
      description: 'Data of a `watched` frame: of each uid that is known by now.',
    },
    PresenceData: {
      type: 'object',
      properties: {
        uid: {
          type: 'string',
        },
        online: {
          type: 'boolean',
          description: 'Whether it has a connection anywhere.',
        },
        seq: {
          type: 'number',
          description:
            'As of which of its changes: what comes with a lower one than was seen of the uid comes late.',
        },
      },
      required: ['uid', 'online', 'seq'],
      description: 'Data of a `presence` frame: how it stands with a uid that the client watches.',
    },
    Unwatched: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'unwatched',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
      },
      required: ['event', 'id'],
      description: 'The reply to `unwatch`.',
    },
    Presence: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'presence',
        },
        data: {
          $ref: '#/components/schemas/PresenceData',
        },
      },
      required: ['event', 'data'],
      description: 'How it stands with a uid that the client watches has changed.',
    },
    ErrorFrame: {
      type: 'object',
      properties: {
        event: {
          type: 'string',
          const: 'error',
        },
        id: {
          $ref: '#/components/schemas/FrameId',
        },
        data: {
          $ref: '#/components/schemas/ErrorData',
        },
      },
      required: ['event', 'data'],
      description: 'Something was wrong with a frame, or with the connection.',
    },
    ErrorData: {
      type: 'object',
      properties: {
        code: {
          anyOf: [
            {
              $ref: '#/components/schemas/ErrorCode',
            },
            {
              type: 'string',
            },
          ],
        },
        message: {
          type: 'string',
        },
        details: {
          type: 'array',
          items: {
            $ref: '#/components/schemas/FieldError',
          },
        },
      },
      required: ['code', 'message'],
      description: 'Data of an `error` frame.',
    },
    ErrorCode: {
      type: 'string',
      enum: [
        'AUTH_REQUIRED',
        'AUTH_FAILED',
        'AUTH_EXPIRED',
        'AUTH_TIMEOUT',
        'BAD_FRAME',
        'UNKNOWN_EVENT',
        'VALIDATION_FAILED',
        'FORBIDDEN',
        'NOT_FOUND',
        'CONFLICT',
        'PAYLOAD_TOO_LARGE',
        'RATE_LIMITED',
        'CONNECTION_LIMIT',
        'CONNECTION_LIMIT_UNSURE',
        'OFFLINE',
        'TIMEOUT',
        'REJECTED',
        'UNAVAILABLE',
        'INTERNAL',
      ],
      description:
        'Codes of `error` frames and of `PushException`. They are stable: programs compare these and never the English sentence beside them.',
    },
    FieldError: {
      type: 'object',
      properties: {
        field: {
          type: 'string',
          description: 'Path of the field, parts joined by dots: `to`, `data`, `to.group`.',
        },
        errors: {
          type: 'array',
          items: {
            type: 'string',
          },
          description: 'One sentence per broken rule; never contains the value.',
        },
      },
      required: ['field', 'errors'],
      description: 'One field that is broken, and every rule that it breaks.',
    },
  },
};
