import type { WatchData } from '../protocol/frames.js';
import { isUid, UID_RULE } from '../protocol/names.js';
import { Is } from './is.decorator.js';
import { hasKeys } from './send.dto.js';

/** Data of a client's `watch` and `unwatch` frames. */
export class WatchDto implements WatchData {
  @Is(`a list of uids, each ${UID_RULE}`, isListOfUids)
  uids!: string[];

  /** As `SendDto.fromPlain`. */
  static fromPlain(value: Record<string, unknown>): WatchDto | undefined {
    const { uids } = value;
    if (!isListOfUids(uids) || !hasKeys(value, 1)) return undefined;
    const dto = new WatchDto();
    dto.uids = uids;
    return dto;
  }
}

function isListOfUids(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isUid);
}
