import { format, resolveConfig } from 'prettier';
import { createGenerator } from 'ts-json-schema-generator';
import type {
  DescribedFrame,
  DescribedFrames,
  JsonSchema,
} from '../../src/asyncapi/described-frame.js';
import { firstVectors, laterVectors, serverVectors } from './vectors.js';

const HEAD = `// Made of the types in protocol/frames.ts and of test/vectors, by \`npm run generate:asyncapi\`.
import type { DescribedFrames } from './described-frame.js';

export const FRAMES: DescribedFrames = `;

/** How many golden frames of each kind are shown. */
const EXAMPLES = 2;

/** The source of `src/asyncapi/frames.generated.ts`. */
export async function describedFrames(): Promise<string> {
  const text = `${HEAD}${JSON.stringify(described(), null, 2)};\n`;
  const options = await resolveConfig('src/asyncapi/frames.generated.ts');
  return format(text, { ...options, parser: 'typescript' });
}

function described(): Record<keyof DescribedFrames, unknown> {
  const generator = createGenerator({
    path: 'src/protocol/frames.ts',
    tsconfig: 'tsconfig.json',
    skipTypeCheck: true,
    additionalProperties: true,
    extraTags: ['additionalProperties'],
  });
  const { RequestFrame, ServerFrame, ...schemas } = {
    ...definitions(generator.createSchema('RequestFrame')),
    ...definitions(generator.createSchema('ServerFrame')),
  };
  return {
    client: framesOf(RequestFrame, schemas, goldenOfClients()),
    server: framesOf(ServerFrame, schemas, goldenOfServers()),
    schemas,
  };
}

/** The schemas of all named types, with references as they are in an AsyncAPI document. */
function definitions(schema: object): Record<string, JsonSchema> {
  const text = JSON.stringify(schema).replaceAll('"#/definitions/', '"#/components/schemas/');
  return (JSON.parse(text) as { definitions: Record<string, JsonSchema> }).definitions;
}

/** Each member of a union of frames. */
function framesOf(
  { anyOf = [] }: JsonSchema,
  schemas: Record<string, JsonSchema>,
  golden: Golden[],
): DescribedFrame[] {
  return anyOf.map(({ $ref = '' }) => {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    const { description = '', properties } = schemas[name];
    const event = properties?.event.const as string;
    const examples = golden.filter((frame) => frame.event === event).slice(0, EXAMPLES);
    return { name, event, summary: description, examples };
  });
}

interface Golden {
  event: string;
}

/** Frames of the right form: a server carries them out, or finds nothing to answer. */
export function goldenOfClients(): Golden[] {
  return [...firstVectors('json'), ...laterVectors('json')]
    .filter(({ answer }) => answer?.event !== 'error' || answer.code === 'NOT_FOUND')
    .map(({ text }) => JSON.parse(text!) as Golden);
}

export function goldenOfServers(): Golden[] {
  return serverVectors('json').flatMap(({ text }) =>
    text === null ? [] : [JSON.parse(text) as Golden],
  );
}
