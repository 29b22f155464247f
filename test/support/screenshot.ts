import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Where tests leave screenshots for people to look at. */
const FOLDER = process.env.SCREENSHOTS ?? join(tmpdir(), 'nestjs-uid-push-screenshots');

/** Keeps what the page looks like now. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}
