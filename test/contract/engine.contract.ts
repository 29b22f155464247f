import { describe } from 'vitest';
import { describeClaims } from './engine/claims.js';
import { useThreeNodes, type EngineCluster } from './engine/cluster.js';
import { describeDisconnect } from './engine/disconnect.js';
import { describeGroupRaces } from './engine/group-races.js';
import { describeGroups } from './engine/groups.js';
import { describeLimit } from './engine/limit.js';
import { describeMessages } from './engine/messages.js';
import { describeNotes } from './engine/notes.js';
import { describePresence } from './engine/presence.js';
import { describeWatching } from './engine/watching.js';
import { describeSeparation } from './engine/separation.js';

/** What every engine promises in `engine.ts`. Each test gets a cluster of its own. */
export function describeEngine(name: string, makeCluster: () => Promise<EngineCluster>): void {
  describe(`${name} keeps the engine contract:`, () => {
    const cluster = useThreeNodes(makeCluster);
    describeMessages(cluster);
    describeNotes(cluster);
    describeClaims(cluster);
    describeGroups(cluster);
    describeGroupRaces(cluster);
    describePresence(cluster);
    describeWatching(cluster);
    describeDisconnect(cluster);
    describeLimit(cluster);
    describeSeparation(cluster, makeCluster);
  });
}
