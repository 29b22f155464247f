import { readFile } from 'node:fs/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';

export interface PageFile {
  /** For the header `Content-Type`. */
  readonly type: string;
  readonly text: string;
}

/** What the page is made of, and nothing else is served. */
const TYPES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'index.js': 'text/javascript; charset=utf-8',
  licences: 'text/plain; charset=utf-8',
};
const PAGE = 'index.html';
/** Stand in the page for the folder of its files, and for what lets operators in. */
const FOLDER = '{{folder}}';
const ACCESS = '{{access}}';

/** The files of the page, read once. The build has put them beside this one. */
@Injectable()
export class PageFiles implements OnModuleInit {
  private readonly files = new Map<string, PageFile>();

  async onModuleInit(): Promise<void> {
    // Named from the root of the package, to be found from its sources as well.
    const folder = new URL('../../dist/admin/page/', import.meta.url);
    for (const [name, type] of Object.entries(TYPES)) {
      this.files.set(name, { type, text: await readFile(new URL(name, folder), 'utf8') });
    }
  }

  /** @param folder where the files are, as the page names them */
  page(folder: string, access: 'key' | 'guard'): PageFile {
    const { type, text } = this.files.get(PAGE)!;
    return { type, text: text.replace(ACCESS, access).replaceAll(FOLDER, folder) };
  }

  /** A file that the page asks for. */
  find(name: string): PageFile | undefined {
    return name === PAGE ? undefined : this.files.get(name);
  }
}
