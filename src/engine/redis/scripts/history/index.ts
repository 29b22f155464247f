import type { Script } from '../script.js';
import { ack } from './ack.js';
import { append } from './append.js';
import { claim } from './claim.js';
import { done } from './done.js';
import { explain } from './explain.js';
import { keep } from './keep.js';
import { list } from './list.js';
import { open } from './open.js';
import { sweep } from './sweep.js';
import { tops } from './tops.js';
import { written } from './written.js';

export const HISTORY_SCRIPTS: readonly Script[] = [
  ...[ack, append, claim, done, explain, keep, list, open, sweep, tops, written],
];

export { ack, append, claim, done, explain, keep, list, open, sweep, tops, written };
