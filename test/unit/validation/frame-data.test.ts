import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PushException } from '../../../src/index.js';
import { AckDto } from '../../../src/validation/ack.dto.js';
import { BroadcastDto } from '../../../src/validation/broadcast.dto.js';
import {
  validateFrameData,
  validateWithClassValidator,
  type FrameDtoClass,
} from '../../../src/validation/frame-data.pipe.js';
import { ResponseDto } from '../../../src/validation/response.dto.js';
import { SendDto } from '../../../src/validation/send.dto.js';

/** What a run of the function came to: the DTO, or the details of its refusal. */
function outcome(run: () => object): unknown {
  try {
    return { ...run() };
  } catch (error) {
    expect(error).toBeInstanceOf(PushException);
    return (error as PushException).details;
  }
}

const uid = fc.oneof(fc.string({ maxLength: 130 }), fc.constantFrom('all', '@aaaaaaaaaa.1', 'ada'));
const to = fc.oneof(
  uid,
  fc.array(uid, { maxLength: 3 }),
  fc.record({ group: fc.oneof(uid, fc.jsonValue()) }),
  fc.jsonValue(),
);
const frameData = fc.record(
  {
    to,
    data: fc.jsonValue(),
    extra: fc.jsonValue(),
    offset: fc.oneof(fc.integer(), fc.jsonValue()),
    id: fc.oneof(fc.string(), fc.jsonValue()),
    error: fc.oneof(fc.record({ code: fc.string(), message: fc.string() }), fc.jsonValue()),
  },
  { requiredKeys: [] },
);

describe('the validation of frame data', () => {
  it.each<[string, FrameDtoClass<object>]>([
    ['send', SendDto],
    ['broadcast', BroadcastDto],
    ['response', ResponseDto],
    ['ack', AckDto],
  ])("gives class-validator's answer for every %s, whichever way it took", (_, dto) => {
    fc.assert(
      fc.property(frameData, (value) => {
        const quick = outcome(() => validateFrameData(dto, value));
        expect(quick).toEqual(outcome(() => validateWithClassValidator(dto, value)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes the quick way for one receiver, and makes an instance of the DTO', () => {
    expect(SendDto.fromPlain({ to: 'ada', data: null })).toBeInstanceOf(SendDto);
    expect(BroadcastDto.fromPlain({ data: 0 })).toBeInstanceOf(BroadcastDto);
    expect(ResponseDto.fromPlain({ id: 'a', data: 0 })).toBeInstanceOf(ResponseDto);
    expect(AckDto.fromPlain({ offset: 0 })).toBeInstanceOf(AckDto);
    expect(validateFrameData(SendDto, { to: ['ada'], data: 1 })).toBeInstanceOf(SendDto);
  });

  it('shortens the names of unknown fields', () => {
    const details = outcome(() =>
      validateFrameData(BroadcastDto, { data: 1, ['x'.repeat(500)]: 1 }),
    );
    expect(details).toEqual([
      { field: `${'x'.repeat(64)}…`, errors: ['this property is not known here'] },
    ]);
  });
});
