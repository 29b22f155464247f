import { beat } from './beat.js';
import { changeMembers } from './change-members.js';
import { count } from './count.js';
import { depart } from './depart.js';
import { HISTORY_SCRIPTS } from './history/index.js';
import { indexMembers } from './index-members.js';
import { indexed } from './indexed.js';
import { leave } from './leave.js';
import { living } from './living.js';
import { place } from './place.js';
import { presenceOf } from './presence-of.js';
import { publishToUids } from './publish-to-uids.js';
import { replaceClaim } from './replace-claim.js';
import type { Script } from './script.js';
import { standing } from './standing.js';

/** Loaded on every server when a connection to it begins. */
export const SCRIPTS: readonly Script[] = [
  ...[beat, count, depart, leave, living, place, presenceOf, publishToUids, replaceClaim, standing],
  ...[changeMembers, indexMembers, indexed],
  ...HISTORY_SCRIPTS,
];

export {
  beat,
  changeMembers,
  count,
  depart,
  indexed,
  indexMembers,
  leave,
  living,
  place,
  presenceOf,
  publishToUids,
  replaceClaim,
  standing,
  type Script,
};
