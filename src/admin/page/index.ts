import type { ClientState } from '../../client/index.js';
import type { Snapshot } from '../frames.js';
import { byId } from './dom.js';
import { showNodes } from './nodes.js';
import { Overview } from './overview.js';
import { RateMeter, total } from './rates.js';
import { ACCESS, forgetKey, keepKey, mayEnter, openSession, type Access } from './session.js';
import { UserPanel } from './user.js';

const REFUSED: Readonly<Record<Access, string>> = {
  key: 'The server wants a key that it knows.',
  guard: 'The server does not let you in. Sign in to the application again, and reload this page.',
};

/** Milliseconds without a snapshot after which what is shown is not of now. */
const STALE = 4_000;

const meter = new RateMeter();
const overview = new Overview();
const operator = openSession({ state: showState, refused: refuse, message: showSnapshot });
const user = new UserPanel(operator);

let staleness: number | undefined;

function showSnapshot(snapshot: Snapshot): void {
  const activities = meter.read(snapshot);
  overview.show(snapshot, total(activities.values()));
  showNodes(snapshot, activities);
  clearTimeout(staleness);
  staleness = window.setTimeout(() => setState('waiting', 'No figures are coming'), STALE);
  setState('connected', `Live through ${snapshot.via}`);
}

function showState(state: ClientState): void {
  clearTimeout(staleness);
  switch (state.name) {
    case 'connecting':
      return setState('waiting', 'Connecting …');
    case 'waiting':
      return setState('waiting', `Connection lost (${state.code}), trying again …`);
    case 'connected':
      byId('sign-in').hidden = true;
      byId('view').hidden = byId('search').hidden = false;
      byId('alert').hidden = true;
      return setState('connected', 'Connected');
    case 'closed':
      return setState('closed', state.error?.message ?? 'Signed out');
    default:
      return;
  }
}

function refuse(): void {
  forgetKey();
  byId('view').hidden = byId('search').hidden = true;
  showAlert(REFUSED[ACCESS]);
  if (ACCESS === 'key') askForKey();
}

function askForKey(): void {
  byId('sign-in').hidden = false;
  byId('key').focus();
}

/** Said once when it changes: it is read out. */
function setState(kind: 'connected' | 'waiting' | 'closed', text: string): void {
  const state = byId('state');
  if (state.textContent === text) return;
  state.textContent = text;
  state.className = `state ${kind}`;
}

function showAlert(sentence: string): void {
  const alert = byId('alert');
  alert.textContent = sentence;
  alert.hidden = false;
}

byId('sign-in-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const key = byId<HTMLInputElement>('key');
  keepKey(key.value);
  key.value = '';
  byId('alert').hidden = true;
  void operator.connect();
});

byId('search').addEventListener('submit', (event) => {
  event.preventDefault();
  void user.open(byId<HTMLInputElement>('search-uid').value);
});

if (mayEnter()) void operator.connect();
else askForKey();
