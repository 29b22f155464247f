import type { Recipient, SendData } from '../protocol/frames.js';
import { EVERYONE, isUid } from '../protocol/names.js';
import { IsJsonValue } from './is-json-value.decorator.js';
import { IsRecipient } from './is-recipient.decorator.js';

/** Data of a client's `send` frame. */
export class SendDto implements SendData {
  @IsRecipient()
  to!: Recipient;

  @IsJsonValue()
  data!: unknown;

  /**
   * The DTO when the value is plainly valid: exactly these two properties, one receiver.
   * Undefined means ask class-validator, not invalid. A property test holds that the two agree.
   */
  static fromPlain(value: Record<string, unknown>): SendDto | undefined {
    const { to, data } = value;
    if (data === undefined || !(isUid(to) || to === EVERYONE)) return undefined;
    if (!hasKeys(value, 2)) return undefined;
    const dto = new SendDto();
    dto.to = to;
    dto.data = data;
    return dto;
  }
}

/** Whether the value has no more enumerable properties than expected; builds no array. */
export function hasKeys(value: object, expected: number): boolean {
  let count = 0;
  for (const _key in value) if (++count > expected) return false;
  return true;
}
