import { PushClient } from '/push-client.min.js';
import type { ChatEvents } from '../chat-events.js';
import { byId } from './dom.js';
import { newLine, type Line } from './line.js';
import { Session, sentenceOf } from './session.js';
import { readSettings, socketAddress } from './settings.js';
import { SignIn, type Entrance } from './sign-in.js';

const settings = await readSettings();
const signIn = new SignIn(settings, (entrance) => void enter(entrance));
signIn.open();

async function enter({ credential, device }: Entrance): Promise<void> {
  const line = newLine();
  const client = new PushClient<ChatEvents>(socketAddress(settings), {
    auth: () => credential,
    device,
    // What was looked at, not what has come.
    acknowledge: 'manual',
    webSocket: line.WebSocket,
  });
  try {
    const { uid } = await client.connect();
    open(client, line, uid, device);
  } catch (error) {
    signIn.refuse(sentenceOf(error));
  }
}

function open(client: PushClient<ChatEvents>, line: Line, uid: string, device: string): void {
  byId('outside', HTMLElement).hidden = true;
  byId('inside', HTMLElement).hidden = false;
  byId('session', HTMLElement).hidden = false;
  byId('me-uid', HTMLElement).textContent = uid;
  byId('me-device', HTMLElement).textContent = device;
  document.title = `${uid} · nestjs-uid-push`;
  connectButtons(client, line);
  void new Session(client, uid, settings.history).begin();
}

function connectButtons(client: PushClient<ChatEvents>, line: Line): void {
  byId('cut', HTMLButtonElement).addEventListener('click', () => line.cut());

  const hold = byId('hold', HTMLButtonElement);
  hold.addEventListener('click', () => {
    const isDown = toggle(hold, 'aria-pressed');
    line.hold(isDown);
    if (!isDown) client.wake();
  });

  const side = byId('toggle-side', HTMLButtonElement);
  side.addEventListener('click', () => {
    byId('inside', HTMLElement).classList.toggle('shows-side', toggle(side, 'aria-expanded'));
  });

  byId('sign-out', HTMLButtonElement).addEventListener('click', () => {
    client.close();
    // Nothing of the session is left behind.
    location.reload();
  });
}

function toggle(button: HTMLButtonElement, attribute: string): boolean {
  const isOn = button.getAttribute(attribute) !== 'true';
  button.setAttribute(attribute, String(isOn));
  return isOn;
}
