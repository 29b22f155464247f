import type { Recipient, SendData } from '../protocol/frames.js';
import { IsJsonValue } from '../validation/is-json-value.decorator.js';
import { IsRecipient } from '../validation/is-recipient.decorator.js';

/** Body of `POST messages`. */
export class PushMessageDto implements SendData {
  @IsRecipient()
  to!: Recipient;

  @IsJsonValue()
  data!: unknown;
}
