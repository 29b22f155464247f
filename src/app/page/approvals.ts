import type { Question } from '../chat-events.js';
import { button, byId, element } from './dom.js';

/** Questions that wait for this user, until this device or another one has answered. */
export class Approvals {
  private readonly place = byId('approvals', HTMLElement);

  /** Resolves with the user's answer; rejects when the question is over before. */
  ask({ from, question }: Question, over: AbortSignal): Promise<{ approved: boolean }> {
    return new Promise((resolve, reject) => {
      const decide = (approved: boolean): void => {
        this.close(card);
        resolve({ approved });
      };
      const card = element(
        'section',
        'card approval',
        element('h3', '', `${from} asks you to approve`),
        element('p', 'text', question),
        element(
          'p',
          'buttons',
          button('Decline', () => decide(false), `Decline: ${question}`),
          button('Approve', () => decide(true), `Approve: ${question}`),
        ),
      );
      card.querySelector('button:last-child')!.classList.add('primary');
      const end = (): void => {
        this.close(card);
        reject(over.reason);
      };
      over.addEventListener('abort', end, { once: true });
      this.place.append(card);
    });
  }

  private close(card: HTMLElement): void {
    const hadFocus = card.contains(document.activeElement);
    card.remove();
    if (hadFocus) byId('text', HTMLElement).focus();
  }
}
