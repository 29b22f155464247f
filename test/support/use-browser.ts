import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';

/** A page that a test looks into. */
export interface OpenPage extends Page {
  /** What went wrong in it that nothing has caught. */
  failures: string[];
}

export interface TestBrowser {
  /** Of a page that may import the built files of the client. */
  readonly url: string;
  /** Another tab: of a new profile, or of the profile of a page that is open. */
  open(beside?: Page): Promise<OpenPage>;
  /**
   * A page of another server, in a profile that is new or that of a page that is open. Its failures
   * are also what the browser complains about, such as a violated Content-Security-Policy.
   */
  visit(url: string, profile?: BrowserContextOptions | Page): Promise<OpenPage>;
}

/** A Chromium with pages of one origin that may import the built files of the client. */
export function useBrowser(): TestBrowser {
  let browser: Browser;
  let pages: Server;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    pages = createServer((request, response) => void serve(request.url ?? '/', response));
    pages.listen(0, '127.0.0.1');
    await once(pages, 'listening');
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'],
    });
  });

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });

  afterAll(async () => {
    await browser.close();
    pages.close();
  });

  const contextOf = async (
    profile: BrowserContextOptions | Page | undefined,
  ): Promise<BrowserContext> => {
    if (profile !== undefined && 'context' in profile) return profile.context();
    const context = await browser.newContext(profile);
    contexts.push(context);
    return context;
  };

  const newPage = async (profile?: BrowserContextOptions | Page): Promise<OpenPage> => {
    const page = await (await contextOf(profile)).newPage();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(String(error)));
    return Object.assign(page, { failures });
  };

  return {
    get url() {
      return `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;
    },

    async open(beside) {
      const page = await newPage(beside);
      await page.goto(this.url);
      return page;
    },

    async visit(url, profile) {
      const page = await newPage(profile);
      page.on('console', (line) => {
        if (['error', 'warning'].includes(line.type())) page.failures.push(line.text());
      });
      await page.goto(url);
      return page;
    },
  };
}

async function serve(
  path: string,
  response: { setHeader(name: string, value: string): unknown; end(body: string): unknown },
): Promise<void> {
  if (!/^\/push-client[a-z-]*\.min\.js$/.test(path)) {
    response.setHeader('content-type', 'text/html');
    return void response.end('<!doctype html><title>client</title>');
  }
  response.setHeader('content-type', 'text/javascript');
  response.end(await readFile(`dist/client${path}`, 'utf8'));
}
