import type { RequestFrame, ServerFrame } from '../protocol/frames.js';

/** JSON Schema, draft 7; `$ref` leads to the document's other schemas. */
export interface JsonSchema {
  $ref?: string;
  description?: string;
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly JsonSchema[];
  items?: JsonSchema;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean | JsonSchema;
  /** Limits, such as `minimum`. */
  [keyword: string]: unknown;
}

/** A frame of `push.v1.json`, as its type and its golden frames tell. */
export interface DescribedFrame<Event extends string = string> {
  /** Of the type, and of its schema. */
  name: string;
  event: Event;
  summary: string;
  examples: readonly object[];
}

/** What `frames.generated.ts` holds. */
export interface DescribedFrames {
  client: readonly DescribedFrame<RequestFrame['event']>[];
  server: readonly DescribedFrame<ServerFrame['event']>[];
  schemas: Readonly<Record<string, JsonSchema>>;
}
