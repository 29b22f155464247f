import { describe, expect, it } from 'vitest';
import { toUid, type EngineNode } from '../../support/engine-node.js';
import type { ThreeNodes } from './cluster.js';

const RACERS = Array.from({ length: 300 }, (_, i) => `racer${i}`);

// Of characters that mean something in patterns of Redis.
const groupOf = (uid: string): string => `group [*?\\] of ${uid}`;

/** What two nodes do at the same time. */
type Change = (node: EngineNode, uid: string) => Promise<void>;
const join: Change = async ({ engine }, uid) => engine.joinGroup(toUid(uid), groupOf(uid));
const leave: Change = async ({ engine }, uid) => engine.leaveGroup(toUid(uid), groupOf(uid));
const dissolve: Change = async ({ engine }, uid) => engine.dissolveGroup(groupOf(uid));

/** Those of the racers whose connection on this node is in their group. */
function here({ local }: EngineNode): string[] {
  return RACERS.filter((uid) => local.uidsInGroup(groupOf(uid)).includes(uid));
}

async function listed({ engine }: EngineNode): Promise<string[]> {
  const lists = await Promise.all(RACERS.map(async (uid) => engine.uidsInGroup(groupOf(uid))));
  return RACERS.filter((uid, i) => lists[i].includes(uid));
}

export function describeGroupRaces(cluster: ThreeNodes): void {
  describe('changes of a membership that meet', () => {
    async function connectAll(node: EngineNode): Promise<EngineNode> {
      await Promise.all(RACERS.map((uid) => node.connect(uid)));
      return node;
    }

    it.each([
      ['join and leave', join, leave],
      ['leave and join', leave, join],
      ['join and dissolve', join, dissolve],
      ['dissolve and join', dissolve, join],
    ])('are one thing to every connection and to the list: %s', async (_, one, other) => {
      const { a, b, c } = cluster;
      const meanwhile = await cluster.addNode();
      await connectAll(b);
      const races = RACERS.map(async (uid, i) => {
        if (i % 2 === 0) await join(a, uid);
        await Promise.all([one(a, uid), other(c, uid), meanwhile.connect(uid)]);
      });
      await Promise.all(races);
      const late = await connectAll(await cluster.addNode());
      const members = await listed(a);
      expect({ open: here(b), meanwhile: here(meanwhile), late: here(late) }).toEqual({
        open: members,
        meanwhile: members,
        late: members,
      });
    });

    it('leave nothing that comes back when the group is dissolved afterwards', async () => {
      const { a, b, c } = cluster;
      await connectAll(b);
      const races = RACERS.map((uid) =>
        Promise.all([join(a, uid), leave(c, uid), join(b, uid), dissolve(a, uid)]),
      );
      await Promise.all(races);
      await Promise.all(RACERS.map((uid) => dissolve(c, uid)));
      const late = await connectAll(c);
      expect([here(b), here(late), await listed(a)]).toEqual([[], [], []]);
    });
  });
}
