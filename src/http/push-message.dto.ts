import type { SendOptions } from '../delivery/send-options.js';
import { RETENTION_RULES, type RetentionOption } from '../delivery/send-rules.js';
import type { Recipient, SendData } from '../protocol/frames.js';
import { Is } from '../validation/is.decorator.js';
import { IsJsonValue } from '../validation/is-json-value.decorator.js';
import { IsRecipient } from '../validation/is-recipient.decorator.js';

/** Body of `POST messages`. */
export class PushMessageDto implements SendData, Pick<SendOptions, RetentionOption> {
  @IsRecipient()
  to!: Recipient;

  @IsJsonValue()
  data!: unknown;

  @IsOptionOfSend('retain')
  retain?: SendOptions['retain'];

  @IsOptionOfSend('settle')
  settle?: SendOptions['settle'];

  @IsOptionOfSend('undeliveredAfter')
  undeliveredAfter?: number;

  @IsOptionOfSend('receipt')
  receipt?: SendOptions['receipt'];

  @IsOptionOfSend('quorum')
  quorum?: SendOptions['quorum'];

  @IsOptionOfSend('timeout')
  timeout?: number;
}

/** Property decorator: what the service takes as well. */
function IsOptionOfSend(name: RetentionOption): PropertyDecorator {
  const { rule, accepts } = RETENTION_RULES[name];
  return Is(rule, (value) => value === undefined || accepts(value));
}
