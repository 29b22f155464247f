import {
  Controller,
  Get,
  Header,
  HttpCode,
  HttpStatus,
  Inject,
  NotFoundException,
  Param,
  Post,
  Req,
  Res,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { OperatorGuard } from './operator.guard.js';
import { PageFiles, type PageFile } from './page-files.js';
import { PUSH_ADMIN_OPTIONS, type CheckedPushAdminOptions } from './push-admin.options.js';
import { Tickets } from './tickets.js';

/** What the page may do: nothing that does not come from here. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What Express and Fastify both have. */
interface AnyRequest {
  originalUrl: string;
}

/** The page of the view, and the ticket that opens its socket. Its path is the module's. */
@Controller({ version: VERSION_NEUTRAL })
export class PageController {
  constructor(
    private readonly files: PageFiles,
    private readonly tickets: Tickets,
    private readonly host: HttpAdapterHost,
    @Inject(PUSH_ADMIN_OPTIONS) private readonly options: CheckedPushAdminOptions,
  ) {}

  /** The files are beside the page, whether or not its address ends with a slash. */
  @Get()
  page(@Req() { originalUrl }: AnyRequest, @Res({ passthrough: true }) response: unknown): string {
    const [path] = originalUrl.split('?', 1);
    const folder = path.endsWith('/') ? '' : `${path.slice(path.lastIndexOf('/') + 1)}/`;
    this.setHeader(response, 'Content-Security-Policy', POLICY);
    this.setHeader(response, 'X-Frame-Options', 'DENY');
    return this.send(
      response,
      this.files.page(folder, this.options.apiKeys === undefined ? 'guard' : 'key'),
    );
  }

  @Get(':file')
  file(@Param('file') name: string, @Res({ passthrough: true }) response: unknown): string {
    const file = this.files.find(name);
    if (file === undefined) throw new NotFoundException('The view has no such file.');
    return this.send(response, file);
  }

  @Post('ticket')
  @HttpCode(HttpStatus.OK)
  @UseGuards(OperatorGuard)
  @Header('Cache-Control', 'no-store')
  ticket(): { ticket: string; expiresIn: number } {
    return { ticket: this.tickets.issue(), expiresIn: this.options.sessionTime };
  }

  private send(response: unknown, { type, text }: PageFile): string {
    this.setHeader(response, 'Content-Type', type);
    this.setHeader(response, 'Cache-Control', 'no-cache');
    this.setHeader(response, 'X-Content-Type-Options', 'nosniff');
    this.setHeader(response, 'Referrer-Policy', 'no-referrer');
    return text;
  }

  private setHeader(response: unknown, name: string, value: string): void {
    this.host.httpAdapter.setHeader(response, name, value);
  }
}
