import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Memberships } from '../../../../../src/engine/redis/channels/memberships.js';

const UID = 'ann';

/** A store whose changes come by one way, and whose answers by another; each way keeps order. */
class Ways {
  readonly memberships = new Memberships();
  private readonly groups = new Set<string>();
  private step = 0;
  /** Whether the node is told of changes: from when a connection was placed until all have gone. */
  private placed = 0;
  private readonly changes: (() => void)[] = [];
  private readonly answers: (() => void)[] = [];
  /** Connections that the node holds, placed or not. */
  held = 0;

  change(group: string, isMember: boolean): void {
    const step = ++this.step;
    if (isMember) this.groups.add(group);
    else this.groups.delete(group);
    if (this.placed === 0) return;
    this.changes.push(() => {
      if (this.held > 0) this.memberships.hear(UID, group, isMember, step);
    });
  }

  /** A connection comes: the answer to its placing says which groups there are. */
  connect(): void {
    this.held++;
    this.memberships.ask(UID);
    this.placed++;
    const { step } = this;
    const groups = [...this.groups];
    this.answers.push(() => {
      this.memberships.adopt(UID, groups, step);
      this.memberships.settle(UID);
    });
  }

  /** A connection goes, and the store hears of it. */
  disconnect(): void {
    if (this.held === 0) return;
    this.held--;
    this.placed--;
    this.answers.push(() => {
      if (this.held === 0) this.memberships.forget(UID);
    });
  }

  hearNext(way: 'changes' | 'answers'): void {
    this[way].shift()?.();
  }

  expectAgreement(): void {
    while (this.changes.length > 0) this.hearNext('changes');
    while (this.answers.length > 0) this.hearNext('answers');
    const expected = this.held > 0 ? [...this.groups] : [];
    expect([...this.memberships.of(UID)].sort()).toEqual(expected.sort());
  }
}

const step = fc.oneof(
  fc.record({
    do: fc.constant('change' as const),
    group: fc.constantFrom('g', 'h'),
    isMember: fc.boolean(),
  }),
  fc.record({ do: fc.constantFrom('connect', 'disconnect') }),
  fc.record({ do: fc.constantFrom('changes', 'answers') }),
);

it('when all is heard a node agrees with the store, in whichever order the two ways brought it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ways = new Ways();
      for (const one of steps) {
        if ('group' in one) ways.change(one.group, one.isMember);
        else if (one.do === 'connect') ways.connect();
        else if (one.do === 'disconnect') ways.disconnect();
        else ways.hearNext(one.do);
      }
      ways.expectAgreement();
    }),
    { numRuns: 2_000 },
  );
});
