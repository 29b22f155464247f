import { ApiProperty } from '@nestjs/swagger';
import type { ConnectionInfo } from '../../engine/connection-info.js';
import type { Counts } from '../../engine/engine.js';
import type { CodecName } from '../../protocol/codec.js';
import { ErrorCode } from '../../protocol/codes.js';
import type { RequestAnswer, RequestOutcome } from '../../delivery/requests/request-options.js';
import type { KeptMessage, KeptMessages } from '../../delivery/archive.js';
import type { Receipt } from '../../delivery/receipts/receipt-options.js';
import type { SendOutcome } from '../../delivery/send-options.js';
import type { ReceiptState } from '../../delivery/streams/receipt-note.js';
import type { DeviceTrace, Explanation, MessageState } from '../../history/history.js';
import type { Presence } from '../push-api.controller.js';
import { ANY_JSON } from './any-json.js';

/** What the push API answers, as classes: the form in which OpenAPI descriptions are made. */

const NODES = 'How many nodes of the cluster hold a connection of the target; 0: nobody is online.';

const STATES = ['stored', 'written', 'expired', 'undelivered', 'acked', 'settled'];
const DEVICE = { required: false, description: 'The name of the device or tab.' };
const OFFSET = {
  type: 'integer',
  minimum: 1,
  description: 'Place in the stream of the uid.',
} as const;
const TIME = { type: 'integer', description: 'Milliseconds since 1970.' } as const;

export class PushReceipt implements Receipt {
  @ApiProperty()
  connectionId!: string;

  @ApiProperty(DEVICE)
  device?: string;

  @ApiProperty({ enum: ['none', 'written', 'acked'] })
  state!: ReceiptState;
}

export class PushSendResult implements SendOutcome {
  @ApiProperty({ description: 'The id that receivers see with the message.' })
  id!: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: NODES })
  nodes!: number;

  @ApiProperty({
    required: false,
    description: 'True if this is the answer to an earlier request with the same Idempotency-Key.',
  })
  repeated?: true;

  @ApiProperty({ required: false, description: 'Of a retained message to one uid: its stream.' })
  epoch?: string;

  @ApiProperty({ ...OFFSET, required: false })
  offset?: number;

  @ApiProperty({
    type: [PushReceipt],
    required: false,
    description: 'With `receipt`: what is known of each device.',
  })
  receipts?: PushReceipt[];
}

export class PushKeptMessage implements KeptMessage {
  @ApiProperty()
  id!: string;

  @ApiProperty(OFFSET)
  offset!: number;

  @ApiProperty(TIME)
  at!: number;

  @ApiProperty({ required: false, description: 'Uid of the client that sent it.' })
  from?: string;

  @ApiProperty(ANY_JSON)
  data!: unknown;

  @ApiProperty({ enum: STATES })
  state!: MessageState;
}

export class PushKeptMessages implements KeptMessages {
  @ApiProperty({ type: String, nullable: true, description: 'Null if nothing was ever kept.' })
  epoch!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Where the stream ends.' })
  offset!: number;

  @ApiProperty({ type: [PushKeptMessage] })
  messages!: PushKeptMessage[];
}

export class PushMessageDevice implements DeviceTrace {
  @ApiProperty()
  connectionId!: string;

  @ApiProperty(DEVICE)
  device?: string;

  @ApiProperty({ ...TIME, required: false })
  writtenAt?: number;

  @ApiProperty({ ...TIME, required: false })
  ackedAt?: number;
}

export class PushExplanation implements Explanation {
  @ApiProperty()
  id!: string;

  @ApiProperty()
  uid!: string;

  @ApiProperty(OFFSET)
  offset!: number;

  @ApiProperty(TIME)
  at!: number;

  @ApiProperty({ enum: STATES })
  state!: MessageState;

  @ApiProperty({ type: [PushMessageDevice] })
  devices!: PushMessageDevice[];
}

export class PushRequestAnswer implements RequestAnswer {
  @ApiProperty()
  connectionId!: string;

  @ApiProperty({ required: false, description: 'The name of the device or tab.' })
  device?: string;

  @ApiProperty({ ...ANY_JSON, description: 'What the device answered.' })
  data!: unknown;
}

export class PushRequestOutcome implements RequestOutcome {
  @ApiProperty({ type: [PushRequestAnswer], description: 'In the order in which they came.' })
  answers!: PushRequestAnswer[];
}

export class PushConnection implements ConnectionInfo {
  @ApiProperty()
  connectionId!: string;

  @ApiProperty()
  uid!: string;

  @ApiProperty({ required: false, description: 'The name of the device or tab.' })
  device?: string;

  @ApiProperty({ description: 'The node that holds the connection.' })
  node!: string;

  @ApiProperty({ enum: ['json', 'text'] })
  codec!: CodecName;

  @ApiProperty({ format: 'date-time', description: 'When it was authenticated.' })
  since!: string;

  @ApiProperty({ description: "The peer's network address." })
  address!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: "The authenticator's." })
  claims!: Record<string, unknown>;

  @ApiProperty({ type: 'object', additionalProperties: true, description: "The application's." })
  attributes!: Record<string, unknown>;
}

export class PushPresence implements Presence {
  @ApiProperty()
  uid!: string;

  @ApiProperty({ description: 'Whether the uid has a connection anywhere in the cluster.' })
  online!: boolean;

  @ApiProperty({ type: [PushConnection] })
  connections!: PushConnection[];
}

export class PushDisconnected {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'How many nodes held a connection of the uid.',
  })
  nodes!: number;
}

export class PushStats implements Counts {
  @ApiProperty({ type: 'integer', minimum: 0 })
  connections!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many uids are online.' })
  uids!: number;

  @ApiProperty({ type: 'integer', minimum: 1 })
  nodes!: number;
}

export class PushApiError {
  @ApiProperty({ type: 'integer' })
  statusCode!: number;

  @ApiProperty({
    description: 'A sentence; with 400 a list, which names every broken field.',
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  })
  message!: string | string[];

  @ApiProperty({ description: "The status's name." })
  error!: string;

  @ApiProperty({
    required: false,
    description: 'The error of the push protocol that this is, where it is one.',
    example: ErrorCode.VALIDATION_FAILED,
  })
  code?: string;
}
