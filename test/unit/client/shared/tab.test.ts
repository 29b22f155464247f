import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { SharedSocket } from '../../../../src/client/shared/shared-socket.js';
import { Tab } from '../../../../src/client/shared/tab.js';
import { FakeBrowser } from '../../../support/fake-browser.js';
import { FakeNetwork } from '../../../support/fake-network.js';

let network: FakeNetwork;
let browser: FakeBrowser;
let opened: string[];

beforeEach(() => {
  network = new FakeNetwork();
  browser = new FakeBrowser();
  opened = [];
});

function tab(name: string): Tab {
  const openSocket = () => {
    opened.push(name);
    return new network.webSocket('wss://push.example/', 'push.v1.json');
  };
  return new Tab(browser, 'push', openSocket, 3, () => undefined);
}

describe('tabs that share a connection', () => {
  it('open it once when one of them takes over, however their clients come back', async () => {
    const [first, second, third] = [tab('first'), tab('second'), tab('third')];
    const member = new SharedSocket(first);
    const closed: string[] = [];
    for (const [name, other] of Object.entries({ second, third })) {
      const socket = new SharedSocket(other);
      socket.onclose = () => closed.push(name);
    }
    await turn();
    network.socket.open();
    await turn();
    member.close();
    await turn();
    expect(closed).toEqual(['second', 'third']);
    for (const other of [third, second]) new SharedSocket(other);
    await turn();
    expect(opened).toEqual(['first', 'second']);
  });

  it('let the connection go with the last client', async () => {
    const only = tab('only');
    const member = new SharedSocket(only);
    await turn();
    network.socket.open();
    const { socket } = network;
    member.close();
    await turn();
    expect(socket.closedWith).toBeDefined();
    new SharedSocket(tab('next'));
    await turn();
    expect(opened).toEqual(['only', 'next']);
  });
});
