import type { Settings } from './settings.js';

/** What someone who has just started the example may do next, for the terminal. */
export function nextSteps(http: string, { auth, path }: Settings): string {
  const address = http.replace('127.0.0.1', 'localhost');
  const socket = address.replace(/^http/, 'ws') + path;
  const credential = auth === 'jwt' ? 'process.env.TOKEN' : "'ada'";
  const lines = [
    `Open ${address}/ in two tabs: the page sends, gets and recovers messages.`,
    `Read on in README.md, and about the push API at ${address}/docs.`,
    'To see a message arrive without it, paste these two lines into two terminals in this folder:',
    `  node -e "const s = new (require('ws'))('${socket}'); s.onopen = () => s.send(${credential}); s.onmessage = (e) => console.log(e.data)"`,
    `  curl -d uid=ada ${address}/orders/7/shipped`,
  ];
  if (auth === 'jwt') {
    lines.push('TOKEN is one of ada; src/gateway/identity/AUTHENTICATION.md tells how to make it.');
  }
  return lines.join('\n');
}
