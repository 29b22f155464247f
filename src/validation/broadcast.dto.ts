import type { BroadcastData } from '../protocol/frames.js';
import { IsJsonValue } from './is-json-value.decorator.js';
import { hasKeys } from './send.dto.js';

/** Data of a client's `broadcast` frame. */
export class BroadcastDto implements BroadcastData {
  @IsJsonValue()
  data!: unknown;

  /** As `SendDto.fromPlain`. */
  static fromPlain(value: Record<string, unknown>): BroadcastDto | undefined {
    if (value.data === undefined || !hasKeys(value, 1)) return undefined;
    const dto = new BroadcastDto();
    dto.data = value.data;
    return dto;
  }
}
