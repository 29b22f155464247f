import { Window } from 'happy-dom';
import { ConnectionRegistryService, PushModule, TrustUidAuthenticator } from 'nestjs-uid-push';
import { PushClient } from 'nestjs-uid-push/client';
import { createElement } from 'react';
import { afterEach, beforeEach, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { useApplications } from '../../support/use-applications.js';
import { until } from '../../support/until.js';
import { useMessages } from './use-messages.js';

const start = useApplications();
const window = new Window();
let client: PushClient | undefined;

beforeEach(() => {
  vi.stubGlobal('window', window);
  vi.stubGlobal('document', window.document);
  vi.stubGlobal('navigator', window.navigator);
});

afterEach(() => {
  client?.close();
});

function Messages() {
  return createElement(
    'p',
    null,
    useMessages(client!)
      .map(({ data }) => data as string)
      .join(', '),
  );
}

it('shows messages as they come', async () => {
  // It looks for a document when it is loaded.
  const { createRoot } = await import('react-dom/client');
  const app = await start(PushModule.forRoot({ authenticator: new TrustUidAuthenticator() }));
  const url = (await app.getUrl()).replace('http', 'ws');
  client = new PushClient(url, { auth: () => ({ uid: 'ada' }), webSocket: WebSocket });
  await client.connect();

  const root = createRoot(window.document.body);
  root.render(createElement(Messages));
  await until('it is mounted', () => window.document.querySelector('p') !== null);
  await app.get(ConnectionRegistryService).sendToUid('ada', 'one');
  await app.get(ConnectionRegistryService).sendToUid('ada', 'two');
  await until('both are shown', () => window.document.body.textContent === 'one, two');
  root.unmount();
});
