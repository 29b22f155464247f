import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import { FRAMES } from '../../../src/asyncapi/frames.generated.js';
import {
  describedFrames,
  goldenOfClients,
  goldenOfServers,
} from '../../support/described-frames.js';
import { laterVectors } from '../../support/vectors.js';

/** What these schemas do not tell: what the server knows, rules of uids and between members. */
const BEYOND_SCHEMAS = [
  'ack beyond the end of the stream',
  'send to a list with all in it',
  'a response with an answer and a refusal',
  'a response with an unknown member',
  'watch a uid that is none',
];

const ajv = new Ajv({ strict: false, allowUnionTypes: true });
ajv.addSchema({ $id: 'document', components: { schemas: FRAMES.schemas } });

/** The schema of the frame that a client, or a server, calls so. */
function schemaOf(side: 'client' | 'server', event: string): ValidateFunction | undefined {
  const frame = FRAMES[side].find((known) => known.event === event);
  return frame && ajv.getSchema(`document#/components/schemas/${frame.name}`);
}

describe('the described frames', () => {
  it('are what the types and the golden frames tell: npm run generate:asyncapi', async () => {
    await expect(await describedFrames()).toMatchFileSnapshot(
      '../../../src/asyncapi/frames.generated.ts',
    );
  });

  it('each have a sentence and a golden frame', () => {
    for (const { summary, examples } of [...FRAMES.client, ...FRAMES.server]) {
      expect(summary).toMatch(/\.$/);
      expect(examples).not.toEqual([]);
    }
  });

  it.each([
    ['client', goldenOfClients()],
    ['server', goldenOfServers()],
  ] as const)('hold for every golden frame of a %s', (side, golden) => {
    const known = golden.filter(({ event }) => schemaOf(side, event) !== undefined);
    expect(known.length).toBeGreaterThan(15);
    const broken = known.filter((frame) => schemaOf(side, frame.event)!(frame) !== true);
    expect(broken).toEqual([]);
  });

  it('hold for none that a server finds invalid, but for what they do not tell', () => {
    const invalid = laterVectors('json').filter(
      ({ answer }) => answer?.code === 'VALIDATION_FAILED',
    );
    const taken = invalid.filter(({ text }) => {
      const frame = JSON.parse(text!) as { event: string };
      return schemaOf('client', frame.event)!(frame);
    });
    expect(taken.map(({ name }) => name)).toEqual(BEYOND_SCHEMAS);
  });
});
