import type { ClientState } from '/push-client.min.js';
import { byId, element } from './dom.js';

/** Shows what the connection is doing, and counts down to the next attempt. */
export class Status {
  private readonly place = byId('status', HTMLElement);
  private timer = 0;

  show(state: ClientState): void {
    clearInterval(this.timer);
    document.body.dataset.state = state.name;
    this.place.replaceChildren(wordOf(state));
    if (state.name === 'waiting' && state.retryIn !== undefined) this.countDown(state.retryIn);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Only for the eye: each second would be read aloud. */
  private countDown(retryIn: number): void {
    const end = performance.now() + retryIn;
    const left = element('span', 'countdown');
    left.setAttribute('aria-hidden', 'true');
    const tick = (): void => {
      const seconds = Math.max(0, (end - performance.now()) / 1000);
      left.textContent = `again in ${seconds.toFixed(1)} s`;
    };
    tick();
    this.timer = setInterval(tick, 100);
    this.place.append(left);
  }
}

function wordOf(state: ClientState): string {
  switch (state.name) {
    case 'connected':
      return 'Connected';
    case 'waiting':
      return 'Cut off';
    case 'closed':
      return 'Signed out';
    default:
      return 'Connecting';
  }
}
