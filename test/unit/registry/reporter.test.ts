import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryCluster } from '../../../src/engine/memory/memory-cluster.js';
import { MemoryEngine } from '../../../src/engine/memory/memory.engine.js';
import { LocalNode } from '../../../src/registry/local-node.js';
import { Reporter, REPORT, WATCH } from '../../../src/registry/reporter.js';
import { Signals } from '../../../src/signals/signals.js';

const LIMITS = {
  maxConnectionsPerUid: 0,
  connectionLimitPolicy: 'refuse',
  maxMessageBytes: 1_000,
} as const;

/** A node that reports, and one that may ask it. */
function twoNodes() {
  const cluster = new MemoryCluster();
  const [ours, theirs] = [new MemoryEngine(cluster), new MemoryEngine(cluster)];
  const signals = new Signals();
  const local = new LocalNode(ours, LIMITS, signals);
  const asking = new LocalNode(theirs, LIMITS, new Signals());
  ours.start(local);
  theirs.start(asking);
  const reports = vi.fn();
  asking.listen(REPORT, reports);
  const reporter = new Reporter(ours, local, signals);
  const ask = (time: unknown, by: unknown = asking.node): boolean =>
    theirs.tell(local.node, { kind: WATCH, by, time });
  return { local, asking, reporter, reports, ask, signals };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a node', () => {
  it('does nothing until another asks how it goes', () => {
    const { reports } = twoNodes();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(reports).not.toHaveBeenCalled();
  });

  it('tells it at once and every second, as long as it was asked, and then rests', () => {
    const { local, reports, ask, signals } = twoNodes();
    signals.serverMessages = 7;
    ask(3_500);
    expect(reports).toHaveBeenCalledOnce();
    expect(reports).toHaveBeenCalledWith(
      expect.objectContaining({
        node: local.node,
        connections: 0,
        engine: { status: 'up', details: {} },
        figures: expect.objectContaining({ messages: { client: 0, server: 7 } }),
      }),
    );
    vi.advanceTimersByTime(2_000);
    ask(3_500);
    vi.advanceTimersByTime(3_000);
    expect(reports).toHaveBeenCalledTimes(6);
    vi.advanceTimersByTime(60_000);
    expect(reports).toHaveBeenCalledTimes(6);
    expect(vi.getTimerCount()).toBe(0);
    ask(500);
    expect(reports).toHaveBeenCalledTimes(7);
  });

  it('is not asked for ever, nor by what is no node, nor when it has ended', () => {
    const { reporter, reports, ask } = twoNodes();
    ask('long');
    ask(1_000, 7);
    expect(vi.getTimerCount()).toBe(0);
    ask(Infinity);
    vi.advanceTimersByTime(120_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(reports).toHaveBeenCalledTimes(60);
    ask(10_000);
    reporter.onModuleDestroy();
    ask(10_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
