import type { PageSettings } from './settings.js';
import { byId, onSubmit } from './dom.js';
import { deviceName, keepDeviceName } from './names.js';

/** Who signs in, on which device. */
export interface Entrance {
  credential: Readonly<Record<string, string>>;
  device: string;
}

const UID = 'uid';

/** The form before everything else. */
export class SignIn {
  private readonly form = byId('sign-in', HTMLFormElement);
  private readonly problem = byId('sign-in-problem', HTMLElement);
  private readonly enterButton = byId('enter', HTMLButtonElement);
  private readonly device = byId('device', HTMLInputElement);
  private readonly credential: HTMLInputElement | HTMLTextAreaElement;
  private readonly isToken: boolean;

  constructor({ auth }: PageSettings, enter: (entrance: Entrance) => void) {
    this.isToken = auth === 'jwt';
    byId('uid-field', HTMLElement).hidden = this.isToken;
    byId('token-field', HTMLElement).hidden = !this.isToken;
    this.credential = this.isToken
      ? byId('token', HTMLTextAreaElement)
      : byId('uid', HTMLInputElement);
    // What was written before the script was there stays.
    if (this.isToken) {
      byId('sign-in-hint', HTMLElement).textContent =
        'The claim “sub” of the token is your name. Each tab is a device of its own.';
    } else {
      this.credential.value ||= sessionStorage.getItem(UID) ?? '';
    }
    this.device.value ||= deviceName();
    onSubmit(this.form, () => this.submit(enter));
  }

  /** Waits for somebody, who may have begun to write already. */
  open(): void {
    this.enterButton.disabled = false;
    if (!this.form.contains(document.activeElement)) this.credential.focus();
  }

  /** The same after a refusal, with its reason. */
  refuse(problem: string): void {
    this.enterButton.disabled = false;
    this.problem.textContent = problem;
    this.credential.setAttribute('aria-invalid', 'true');
    this.credential.focus();
  }

  private submit(enter: (entrance: Entrance) => void): void {
    const credential = this.credential.value.trim();
    if (credential === '') {
      return this.refuse(this.isToken ? 'Paste a token.' : 'Say who you are.');
    }
    const device = this.device.value.trim() || deviceName();
    keepDeviceName(device);
    if (!this.isToken) sessionStorage.setItem(UID, credential);
    this.problem.textContent = '';
    this.credential.removeAttribute('aria-invalid');
    this.enterButton.disabled = true;
    enter({ credential: { [this.isToken ? 'token' : 'uid']: credential }, device });
  }
}
