import { ValidateBy } from 'class-validator';
import type { AckData } from '../protocol/frames.js';
import { hasKeys } from './send.dto.js';

/** Data of a client's `ack` frame. */
export class AckDto implements AckData {
  @ValidateBy({
    name: 'isOffset',
    validator: {
      validate: isOffset,
      defaultMessage: (args) => `${args?.property} must be a whole number, at least 0`,
    },
  })
  offset!: number;

  /** As `SendDto.fromPlain`. */
  static fromPlain(value: Record<string, unknown>): AckDto | undefined {
    const { offset } = value;
    if (!isOffset(offset) || !hasKeys(value, 1)) return undefined;
    const dto = new AckDto();
    dto.offset = offset;
    return dto;
  }
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
