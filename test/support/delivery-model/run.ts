import fc from 'fast-check';
import { expect } from 'vitest';
import { closeTestClients } from '../../../src/testing/index.js';
import { until } from '../until.js';
import { Device } from './device.js';
import { NODES, type System } from './system.js';

const UIDS = ['ada', 'bob'];
const GROUP = 'team';

export type Step =
  | { do: 'send'; node: number; uid: number; settle: boolean }
  | { do: 'send-to-uids' | 'send-to-group'; node: number }
  | { do: 'connect' | 'connect-unread' | 'drop' | 'acknowledge'; device: number; node: number }
  | { do: 'kill' | 'cut' | 'mend'; node: number }
  | { do: 'restart'; withData: boolean };

const node = fc.nat(NODES - 1);
const device = fc.nat(UIDS.length * 2 - 1);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: sends() },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('send-to-uids' as const, 'send-to-group'), node }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('connect' as const), device, node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('connect-unread' as const), device, node }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('drop' as const), device, node }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), device, node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'mend'), node }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('restart' as const), withData: fc.boolean() }),
  },
);

function sends(): fc.Arbitrary<Step> {
  return fc.record({
    do: fc.constant('send' as const),
    node,
    uid: fc.nat(UIDS.length - 1),
    // One in four is taken back from the others by the first acknowledgement.
    settle: fc.constantFrom(true, false, false, false),
  });
}

export const steps = fc.array(step, { minLength: 20, maxLength: 80 });

/** Does all of it, lets everything settle, and looks whether every promise was kept. */
export async function holds(open: () => Promise<System>, plan: readonly Step[]): Promise<void> {
  const system = await open();
  try {
    const run = new Run(system);
    await run.begin();
    for (const one of plan) await run.take(one);
    await run.settle();
    run.check();
  } finally {
    await closeTestClients();
    await system.close();
  }
}

class Run {
  private readonly devices = UIDS.flatMap((uid) => [
    new Device(uid, 'phone'),
    new Device(uid, 'desk'),
  ]);
  private readonly underway: Promise<unknown>[] = [];
  /** Whether a message may have been settled: those may be missing. */
  private readonly mayBeSettled = new Set<string>();
  /** Uids of which a message to be settled was sent, and its offset is not known. */
  private readonly unknown = new Set<string>();
  private readonly cut = new Set<number>();

  constructor(private readonly system: System) {}

  async begin(): Promise<void> {
    const { push } = this.system.node(0)!;
    for (const uid of UIDS) await push.joinGroup(uid, GROUP);
    await Promise.all(this.devices.map((one, i) => one.connect(this.urlOf(i % NODES)!)));
  }

  async take(one: Step): Promise<void> {
    switch (one.do) {
      case 'send':
        return this.send(one.node, UIDS[one.uid], one.settle);
      case 'send-to-uids':
      case 'send-to-group':
        return this.sendToAll(one.node, one.do);
      case 'connect':
      case 'connect-unread':
        return this.connect(this.devices[one.device], one.node, one.do === 'connect-unread');
      case 'drop':
        return this.devices[one.device].drop();
      case 'acknowledge':
        return this.devices[one.device].acknowledge();
      case 'kill':
        this.mend(one.node);
        return this.system.kill(one.node);
      case 'cut':
        this.cut.add(one.node);
        return this.system.cut(one.node);
      case 'mend':
        return this.mend(one.node);
      case 'restart':
        return this.system.restartStore(one.withData);
    }
  }

  /** Until every device that is connected has everything, and all others have come back. */
  async settle(): Promise<void> {
    for (const index of [...this.cut]) this.mend(index);
    await Promise.all(this.underway);
    await until('every node is up', () =>
      Array.from({ length: NODES }, (_, i) => this.system.node(i)!.push.health().status).every(
        (status) => status === 'up',
      ),
    );
    for (const one of this.devices) {
      await until(`${one.uid}/${one.name} has everything`, () => this.isUpToDate(one), 30_000);
    }
  }

  check(): void {
    for (const { uid, name, breaches, skipped } of this.devices) {
      expect(breaches, `${uid}/${name}`).toEqual([]);
      if (this.unknown.has(uid)) continue;
      const lost = [...skipped].filter((place) => !this.mayBeSettled.has(`${uid} ${place}`));
      expect(lost, `lost by ${uid}/${name}`).toEqual([]);
    }
  }

  private async isUpToDate(one: Device): Promise<boolean> {
    if (!one.isConnected) await one.connect(this.urlOf(0)!);
    one.absorb();
    // Out of reach for a moment: asked again.
    const after = one.position?.offset ?? 0;
    const rest = await this.system
      .node(0)!
      .push.messages(one.uid, { after })
      .catch(() => undefined);
    if (rest === undefined || !one.isConnected || one.position?.epoch !== rest.epoch) return false;
    // What others have settled since does not come to a device that asks for what is unread.
    const isSettled = rest.messages.length > 0 && rest.messages.every(isSettledMessage);
    return one.position.offset === rest.offset || isSettled;
  }

  private send(index: number, uid: string, settle: boolean): void {
    const app = this.system.node(index);
    if (app === undefined) return;
    const options = settle ? ({ settle: 'first-ack' } as const) : ({ retain: true } as const);
    const sent = app.push.sendToUid(uid, { some: 'data' }, options).then(
      ({ epoch, offset }) => {
        if (settle) this.mayBeSettled.add(`${uid} ${epoch} ${offset}`);
      },
      () => {
        if (settle) this.unknown.add(uid);
      },
    );
    this.underway.push(sent);
  }

  private sendToAll(index: number, by: 'send-to-uids' | 'send-to-group'): void {
    const app = this.system.node(index);
    if (app === undefined) return;
    const [data, options] = [{ for: 'all' }, { retain: true }];
    const sent =
      by === 'send-to-uids'
        ? app.push.sendToUids(UIDS, data, options)
        : app.push.sendToGroup(GROUP, data, options);
    this.underway.push(sent.catch(() => undefined));
  }

  private async connect(one: Device, index: number, isUnread: boolean): Promise<void> {
    const url = this.urlOf(index);
    if (url !== undefined && !this.cut.has(index)) await one.connect(url, isUnread);
  }

  private mend(index: number): void {
    this.cut.delete(index);
    this.system.mend(index);
  }

  private urlOf(index: number): string | undefined {
    return this.system.node(index)?.url;
  }
}

function isSettledMessage({ state }: { state: string }): boolean {
  return state === 'settled';
}
