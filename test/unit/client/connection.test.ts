import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectedClient, fakeClient, pass, soon } from '../../support/fake-network.js';

const TIMES = { pingInterval: 1000, pingTimeout: 300 };

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a silent connection', () => {
  it('is asked for a sign of life, and kept when one comes', async () => {
    const { client, socket } = await connectedClient(TIMES);
    await pass(1000);
    expect(socket.take()).toEqual({ event: 'ping' });
    socket.receive({ event: 'pong' });
    await pass(1300);
    expect(socket.take()).toEqual({ event: 'ping' });
    expect(client.state.name).toBe('connected');
  });

  it('is not asked while messages come', async () => {
    const { socket } = await connectedClient(TIMES);
    for (let i = 0; i < 10; i++) {
      socket.receive({ event: 'message', data: { id: String(i), data: i } });
      await pass(900);
    }
    expect(socket.sent).toEqual([]);
  });

  it('is given up when no sign of life comes, and another one is opened', async () => {
    const { client, network, socket } = await connectedClient(TIMES);
    await pass(1300);
    expect(socket.closedWith).toBe(3001);
    expect(client.state).toMatchObject({ name: 'waiting', code: 1006 });
    await pass(1000);
    network.socket.welcome();
    expect(client.state.name).toBe('connected');
  });

  it('is asked at once when the device wakes up', async () => {
    const { client, socket } = await connectedClient(TIMES);
    client.wake();
    expect(socket.take()).toEqual({ event: 'ping' });
    await pass(300);
    expect(client.state.name).toBe('waiting');
  });
});

describe('a client in a page', () => {
  /** A window, which sees its document's events as well, as far as a client looks at them. */
  function stubPage() {
    const page = new EventTarget();
    const document = { hidden: true };
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('document', document);
    const tell = (event: string) => page.dispatchEvent(new Event(event));
    return {
      tell,
      show: () => {
        document.hidden = false;
        tell('visibilitychange');
      },
    };
  }

  it.each(['online', 'resume'])('connects at once on %s', async (event) => {
    const page = stubPage();
    const { client, network, socket } = await connectedClient();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    socket.end(1006);
    page.tell(event);
    await soon();
    network.socket.welcome();
    expect(client.state.name).toBe('connected');
    await pass(1000);
    expect(network.sockets).toHaveLength(2);
  });

  it.each(['online', 'offline', 'resume'])('doubts its connection on %s', async (event) => {
    const page = stubPage();
    const { socket } = await connectedClient();
    page.tell(event);
    expect(socket.take()).toEqual({ event: 'ping' });
  });

  it('doubts its connection when the page is seen again, and not when it is hidden', async () => {
    const page = stubPage();
    const { socket } = await connectedClient();
    page.tell('visibilitychange');
    expect(socket.sent).toEqual([]);
    page.show();
    expect(socket.take()).toEqual({ event: 'ping' });
  });

  it('does not try when the network goes while it waits', async () => {
    const page = stubPage();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const { network, socket } = await connectedClient();
    socket.end(1006);
    page.tell('offline');
    await soon();
    expect(network.sockets).toHaveLength(1);
  });

  it('leaves when the page is frozen, and comes back when it is resumed', async () => {
    const page = stubPage();
    const { client, network, socket } = await connectedClient();
    page.tell('freeze');
    expect(socket.closedWith).toBe(1000);
    expect(client.state).toEqual({ name: 'waiting', code: 1001, reason: 'frozen' });
    await pass(600_000);
    expect(network.sockets).toHaveLength(1);
    page.tell('resume');
    await soon();
    network.socket.welcome();
    expect(client.state.name).toBe('connected');
  });

  it('listens to the page only from connect() to close()', async () => {
    const page = stubPage();
    const { client, network } = fakeClient();
    page.tell('resume');
    void client.connect();
    await soon();
    client.close();
    page.tell('online');
    page.tell('resume');
    await soon();
    expect(network.sockets).toHaveLength(1);
  });
});
