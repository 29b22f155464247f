import { describe, expect, it } from 'vitest';
import { checkHistoryOptions } from '../../support/history-options.js';

describe('the options of a history', () => {
  it('all have a default', () => {
    expect(checkHistoryOptions({})).toEqual({
      maxLength: 1_000,
      maxBytes: 1_048_576,
      ttl: 86_400_000,
      maxTotalBytes: 268_435_456,
      maxStreams: 1_000_000,
      maxDevices: 32,
      maxNotes: 1_000,
      undeliveredLease: 60_000,
    });
  });

  it.each([
    [{ maxLength: 0 }, 'maxLength'],
    [{ maxBytes: 1 }, 'maxBytes'],
    [{ ttl: 999 }, 'ttl'],
    [{ ttl: 1.5 }, 'ttl'],
    [{ maxTotalBytes: 0 }, 'maxTotalBytes'],
    [{ maxStreams: 0 }, 'maxStreams'],
    [{ maxDevices: 0 }, 'maxDevices'],
    [{ maxNotes: -1 }, 'maxNotes'],
    [{ undeliveredLease: 0 }, 'undeliveredLease'],
  ])('refuse %j and name what is wrong', (options, name) => {
    expect(() => checkHistoryOptions(options)).toThrow(`option "${name}" is`);
  });

  it('let what is kept for all be no less than what is kept for one', () => {
    expect(() => checkHistoryOptions({ maxBytes: 4_096, maxTotalBytes: 2_048 })).toThrow(
      'PushModule history: option "maxTotalBytes" is 2048; allowed is at least "maxBytes", which is 4096.',
    );
  });
});
