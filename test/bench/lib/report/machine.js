import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { pinned } from '../processes/child.js';

const MODULES = new URL('../../../../node_modules/', import.meta.url);

/** Packages whose version decides what the servers cost. */
const PACKAGES = {
  ws: 'ws',
  '@nestjs/core': '@nestjs/core',
  '@nestjs/websockets': '@nestjs/websockets',
  '@nestjs/platform-ws': '@nestjs/platform-ws',
  'ws under platform-ws': '@nestjs/platform-ws/node_modules/ws',
  'class-validator': 'class-validator',
  'socket.io': 'socket.io',
};

/** @param {string} folder */
function versionOf(folder) {
  try {
    return JSON.parse(readFileSync(new URL(`${folder}/package.json`, MODULES), 'utf8')).version;
  } catch {
    return undefined;
  }
}

/**
 * What the figures depend on.
 *
 * @param {Record<string, string>} [more] packages beside those of every bench, name to folder
 * @param {boolean} [isPinned] whether processes had cores of their own
 */
export function describeMachine(more, isPinned = pinned) {
  const packages = Object.entries({ ...PACKAGES, ...more })
    .map(([name, folder]) => [name, versionOf(folder)])
    .filter(([, version]) => version !== undefined)
    .map(([name, version]) => `${name} ${version}`);
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `- ${cpus().length} × ${cpus()[0].model}, ${memory} GiB, ${type()} ${release()}`,
    `- Node ${process.versions.node}, ${packages.join(', ')}`,
    `- ${isPinned ? 'servers on core 0, load on core 1' : 'processes not tied to cores'}`,
  ].join('\n');
}
