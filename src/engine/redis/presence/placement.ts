import type { Groups } from '../channels/groups.js';
import type { UidChannels } from '../channels/uid-channels.js';
import type { PendingChange } from './change-queue.js';
import type { Departures } from './departures.js';
import { groupsIn, type Outcome, type PresenceCalls } from './presence-calls.js';

/** Has Redis place a batch of changes, and does here what follows from its answers. */
export class Placement {
  constructor(
    private readonly calls: PresenceCalls,
    private readonly groups: Groups,
    private readonly channels: UidChannels,
    private readonly departures: Departures,
  ) {}

  /** @throws Refused */
  async run(batch: readonly PendingChange[]): Promise<void> {
    const arriving = batch.filter(({ kind }) => kind === '+').map(({ uid }) => uid);
    await this.groups.asking(arriving, () => this.place(batch));
  }

  private async place(batch: readonly PendingChange[]): Promise<void> {
    const { outcomes, step, announce } = await this.calls.place(batch);
    const joined = outcomes.flatMap(groupsIn);
    const left = batch.filter(({ kind }) => kind === '-');
    // Who hears that a uid is offline must not find this node listening for it.
    const tidied = left.map(({ uid }) => this.channels.tidy(uid));
    await Promise.all([this.groups.hold(joined), ...tidied]);
    announce();
    for (const [i, change] of batch.entries()) this.settle(change, outcomes[i], step);
    this.groups.release(joined);
  }

  private settle(change: PendingChange, outcome: Outcome, step: number): void {
    switch (outcome.kind) {
      case 'refused':
        change.done({ admitted: false, isFinal: outcome.isFinal });
        // The node lets go of it when it has heard of it.
        setImmediate(() => void this.channels.tidy(change.uid));
        break;
      case 'placed':
        this.groups.adopt(change.uid, outcome.groups, step);
        change.done({ admitted: true });
        break;
      case 'gone':
        this.departures.add(change.uid, outcome.ends);
        change.done(undefined);
    }
  }
}
