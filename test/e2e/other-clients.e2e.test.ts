import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { useSharedApp } from '../support/use-app.js';
import { useBrowser } from '../support/use-browser.js';

const app = useSharedApp();

describe('a browser', () => {
  const browser = useBrowser();

  it.each([
    ['json', ['push.v1.json'], '{"event":"auth","data":{"uid":"chrome"}}', '"uid":"chrome"'],
    ['text', [], 'chrome', 'Connexion réussie, votre uid est chrome'],
  ])('speaks %s', async (_, protocols, first, welcome) => {
    const page = await browser.open();
    const frames = page.evaluate(
      ([url, offered, credential]) =>
        new Promise<string[]>((resolve, reject) => {
          const received: string[] = [];
          const socket = new WebSocket(url, offered);
          socket.onopen = () => socket.send(credential);
          socket.onerror = () => reject(new Error('the browser could not connect'));
          socket.onmessage = ({ data }) => {
            received.push(String(data));
            if (received.length === 2) resolve(received);
          };
        }),
      [app.url, protocols, first] as const,
    );
    while (!(await app.push.isOnline('chrome'))) await new Promise(setImmediate);
    await app.push.sendToUid('chrome', { type: 'shipped' });
    const [answer, message] = await frames;
    expect(answer).toContain(welcome);
    expect(message).toContain('{"type":"shipped"}');
  });
});

describe('a client in Python', () => {
  it('speaks json with the standard library alone', async () => {
    const bob = await app.json('bob');
    const lines = [
      'send {"event":"auth","data":{"uid":"python"}}',
      'recv',
      'send {"event":"send","id":1,"data":{"to":"bob","data":"from python"}}',
      'recv',
      'close',
    ];
    const output = await python(app.url, lines);
    expect(output).toContain('\\"uid\\":\\"python\\"');
    expect(await bob.next()).toMatchObject({ data: { from: 'python', data: 'from python' } });
  });
});

async function python(url: string, lines: readonly string[]): Promise<string> {
  const child = spawn('python3', ['test/support/python_client.py', url, ...lines]);
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  await once(child, 'close');
  return output;
}
