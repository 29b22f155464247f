import { cpSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the packages that it needs: it runs with the same ones. */
const PLACE = fileURLToPath(new URL('../../../../node_modules/.cache/against', import.meta.url));

/**
 * Takes a copy of a built package.
 *
 * @param {string} dist
 */
export function copyOf(dist) {
  if (!existsSync(`${dist}/index.js`)) throw new Error(`${dist} is no "dist" of this package.`);
  rmSync(PLACE, { recursive: true, force: true });
  cpSync(dist, PLACE, { recursive: true });
  return PLACE;
}
