import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { pushAsyncApi, type AsyncApiDocument } from '../../src/asyncapi/index.js';
import { barriersIn } from '../support/barriers.js';
import { useBrowser } from '../support/use-browser.js';
import { useSharedExample } from '../support/use-example.js';

const browser = useBrowser();
const example = useSharedExample({ PUSH_PATH: '/live' });

describe('the documents that the example serves', () => {
  it('are the OpenAPI one, with a page that leads to the other', async () => {
    await supertest(example.http).get('/docs').expect(200);
    const { body } = await supertest(example.http).get('/docs-json').expect(200);
    expect((body as { info: { description: string } }).info.description).toContain(
      '/docs/asyncapi',
    );
  });

  it('are the AsyncAPI one, with its address and path', async () => {
    const { body } = await supertest(example.http).get('/docs/asyncapi.json').expect(200);
    const servers = { example: example.url };
    expect(body as AsyncApiDocument).toEqual(pushAsyncApi({ servers, path: '/live' }));
  });

  it('have a page for people on which every message stands, and every link leads somewhere', async () => {
    const { text } = await supertest(example.http).get('/docs/asyncapi').expect(200);
    for (const name of Object.keys(pushAsyncApi().components.messages)) {
      expect(text).toContain(`id="${name}"`);
    }
    const links = Array.from(text.matchAll(/href="#(\w+)"/g), ([, name]) => name);
    expect(links.filter((name) => !text.includes(`id="${name}"`))).toEqual([]);
    expect(text).not.toMatch(/undefined|\[object/);
  });

  it('need no script, and nothing from elsewhere', async () => {
    const { headers, text } = await supertest(example.http).get('/docs/asyncapi');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(text).not.toMatch(/<script|https?:\/\/(?!127)/);
  });

  it('have no barriers that axe-core finds, and nothing that the browser complains about', async () => {
    const page = await browser.visit(`${example.http}/docs/asyncapi`);
    expect(await barriersIn(page)).toEqual([]);
    expect(page.failures).toEqual([]);
  });
});
