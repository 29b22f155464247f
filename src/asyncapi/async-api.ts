import type { JsonSchema } from './described-frame.js';

/** A reference to another place of the document. */
export interface Reference {
  $ref: string;
}

/** Where the socket is served. */
export interface AsyncApiServer {
  host: string;
  protocol: 'ws' | 'wss';
  pathname?: string;
}

/** The socket, and every message that goes over it. */
export interface AsyncApiChannel {
  address: string;
  title: string;
  description: string;
  messages: Record<string, Reference>;
  bindings: { ws: Record<string, unknown> };
}

/** What one side sends, from the server's point of view. */
export interface AsyncApiOperation {
  /** As the server sees it: what clients send, it receives. */
  action: 'send' | 'receive';
  channel: Reference;
  summary: string;
  messages: Reference[];
  reply?: { channel: Reference; messages: Reference[] };
}

/** A frame: its schema and examples. */
export interface AsyncApiMessage {
  /** The frame's event. */
  name: string;
  title: string;
  summary: string;
  contentType: 'application/json';
  payload: Reference;
  correlationId?: { description: string; location: string };
  examples: { payload: object }[];
}

/** What of AsyncAPI 3 a description of the push socket has: plain JSON. */
export interface AsyncApiDocument {
  asyncapi: '3.0.0';
  info: { title: string; version: string; description: string };
  defaultContentType: 'application/json';
  servers: Record<string, AsyncApiServer>;
  channels: Record<string, AsyncApiChannel>;
  operations: Record<string, AsyncApiOperation>;
  components: {
    messages: Record<string, AsyncApiMessage>;
    schemas: Record<string, JsonSchema>;
  };
}
