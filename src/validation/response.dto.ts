import type { ResponseData } from '../protocol/frames.js';
import { isObject } from '../protocol/is-object.js';
import { isName, NAME_RULE } from '../protocol/names.js';
import { Is } from './is.decorator.js';
import { hasKeys } from './send.dto.js';

/** Data of a client's `response` frame: an answer, or a reason to give none. */
export class ResponseDto {
  @Is('a string: the id of the request', (id) => typeof id === 'string')
  id!: string;

  @Is<ResponseDto>(
    'there unless error is',
    (data, { error }) => (data === undefined) !== (error === undefined),
  )
  data?: unknown;

  @Is(`{ "code", "message" }, code being ${NAME_RULE}, and message a string`, isErrorIfAny)
  error?: { code: string; message: string };

  /** As `SendDto.fromPlain`. */
  static fromPlain(value: Record<string, unknown>): ResponseDto | undefined {
    const { id, data } = value;
    if (typeof id !== 'string' || data === undefined || !hasKeys(value, 2)) return undefined;
    const dto = new ResponseDto();
    dto.id = id;
    dto.data = data;
    return dto;
  }

  /** Either the answer or the refusal. */
  toResponse(): ResponseData {
    const { id, data, error } = this;
    if (error === undefined) return { id, data };
    return { id, error: { code: error.code, message: error.message } };
  }
}

function isErrorIfAny(error: unknown): boolean {
  if (error === undefined) return true;
  return isObject(error) && isName(error.code) && typeof error.message === 'string';
}
