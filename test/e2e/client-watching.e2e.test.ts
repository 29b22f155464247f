import { afterEach, describe, expect, it } from 'vitest';
import { AllowAllRoutePolicy, RoutePolicy } from '../../src/index.js';
import type { Presence, PushClient } from '../../src/client/index.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';
import { useRedisCluster } from '../support/use-cluster.js';
import { useExamples } from '../support/use-example.js';
import { usePushClients } from '../support/use-push-clients.js';

const OPEN = { push: { routePolicy: AllowAllRoutePolicy } };
const newClient = usePushClients();

/** A list of contacts, and what it was told. */
function contacts(client: PushClient, ...uids: string[]) {
  const told: string[] = [];
  const watch = client.watch(uids, ({ uid, online }) => {
    told.push(`${online ? '+' : '-'}${uid}`);
  });
  return {
    ...watch,
    told,
    sees: (...expected: string[]): Promise<void> =>
      until(`it is told ${expected.join(' ')}`, () => told.join() === expected.join()),
  };
}

describe('a client that watches', () => {
  const app = useApp(OPEN);
  const proxies: CuttableProxy[] = [];
  afterEach(() => {
    for (const proxy of proxies.splice(0)) proxy.close();
  });

  it('is told who is here and who comes and goes, until it stops', async () => {
    await app.json('ben');
    const { client } = newClient(app.url);
    await client.connect();
    const list = contacts(client, 'cy', 'ben');
    await list.sees('-cy', '+ben');
    const cy = await app.json('cy');
    await list.sees('-cy', '+ben', '+cy');
    expect([...list.states.values()]).toMatchObject([
      { uid: 'cy', online: true },
      { uid: 'ben', online: true },
    ]);
    list.stop();
    await cy.close();
    await client.send('ada', 'a round trip');
    expect(list.told).toHaveLength(3);
  });

  it('may begin before it connects, and by several lists at once', async () => {
    await app.start();
    const { client } = newClient(app.url);
    const [one, other] = [contacts(client, 'ben', 'cy'), contacts(client, 'ben', 'dan')];
    await client.connect();
    await one.sees('-ben', '-cy');
    await other.sees('-ben', '-dan');
    one.stop();
    await app.json('ben');
    await app.json('cy');
    await other.sees('-ben', '-dan', '+ben');
    expect(one.told).toHaveLength(2);
  });

  it('finds out what changed while it was cut off', async () => {
    await app.start();
    const ben = await app.json('ben');
    const proxy = await CuttableProxy.to(Number(new URL(app.url).port));
    proxies.push(proxy);
    const ada = newClient(proxy.urlFor('ws:'));
    const list = contacts(ada.client, 'ben', 'cy', 'dan');
    await ada.client.connect();
    await list.sees('+ben', '-cy', '-dan');
    proxy.cut();
    await ada.state('waiting');
    await ben.close();
    await app.json('cy');
    proxy.mend();
    await list.sees('+ben', '-cy', '-dan', '-ben', '+cy');
  });

  it('is told of a refusal by an error, and works on', async () => {
    class NotEve extends RoutePolicy {
      allows(): boolean {
        return true;
      }
      override mayWatch(_: unknown, uid: string): boolean {
        return uid !== 'eve';
      }
    }
    await app.start({ push: { routePolicy: NotEve } });
    const { client } = newClient(app.url);
    const codes: string[] = [];
    client.on('error', ({ code }) => codes.push(code));
    await client.connect();
    const refused = contacts(client, 'ben', 'eve');
    const list = contacts(client, 'ben');
    await list.sees('-ben');
    expect(codes).toEqual(['FORBIDDEN']);
    // Of whom both lists have and one may watch, both are told.
    await refused.sees('-ben');
    expect(refused.states.get('eve')).toBeUndefined();
  });
});

describe('a client whose server was killed', () => {
  const start = useExamples();

  it('is told who is not there any more, though the new server counts anew', async () => {
    const PORT = String(await freePort());
    const server = await start({ PORT });
    const [ada, ben] = [newClient(server.url), newClient(server.url, { uid: 'ben' })];
    await Promise.all([ada.client.connect(), ben.client.connect()]);
    const list = contacts(ada.client, 'ada', 'ben');
    await list.sees('+ada', '+ben');
    ben.client.close();
    await list.sees('+ada', '+ben', '-ben');
    await ben.client.connect();
    await list.sees('+ada', '+ben', '-ben', '+ben');
    server.process.kill('SIGKILL');
    await ben.state('waiting');
    ben.client.close();
    await start({ PORT });
    await list.sees('+ada', '+ben', '-ben', '+ben', '-ben');
  });
});

describe('clients that watch through Redis', () => {
  const cluster = useRedisCluster(OPEN);

  it('are told the same on every node, of uids on every node', async () => {
    const [a, b] = await cluster.nodes(2);
    const [ada, bob] = [newClient(a.url), newClient(b.url, { uid: 'bob' })];
    await Promise.all([ada.client.connect(), bob.client.connect()]);
    const lists = [contacts(ada.client, 'ben'), contacts(bob.client, 'ben')];
    for (const list of lists) await list.sees('-ben');
    const first = await a.json('ben');
    for (const list of lists) await list.sees('-ben', '+ben');
    const second = await b.json('ben');
    await cluster.present('ben', 2);
    await first.close();
    await cluster.present('ben', 1);
    await second.close();
    for (const list of lists) await list.sees('-ben', '+ben', '-ben');
    const seqs = lists.map(({ states }) => (states.get('ben') as Presence).seq);
    expect(seqs[0]).toBe(seqs[1]);
  });
});
