import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SETTINGS, type Settings } from './settings.js';

/** Where the build puts the page, with the client's ready file. */
const FILES = fileURLToPath(new URL('page', import.meta.url));

const HEADERS = {
  // Nothing but this server's own files, and its socket.
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Asked for again each time, and mostly answered with 304.
  'Cache-Control': 'no-cache',
};

/** Serves the page at `/`. Upgrades on that path are the socket's. */
export function servePage(app: NestExpressApplication): void {
  app.useStaticAssets(FILES, {
    setHeaders(response: ServerResponse) {
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    },
  });
}

/** What the page has to know of the server that it came from. */
export type PageSettings = Pick<Settings, 'path' | 'auth' | 'history'>;

@ApiExcludeController()
@Controller()
export class PageController {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  @Get('settings.json')
  @Header('Cache-Control', 'no-store')
  read(): PageSettings {
    const { path, auth, history } = this.settings;
    return { path, auth, history };
  }
}
