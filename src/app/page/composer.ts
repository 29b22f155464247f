import type { Audience } from '../chat-events.js';
import { byId, onSubmit } from './dom.js';
import { namesIn } from './names.js';

/** Whom the writer has chosen. */
export type Choice = Audience | 'all';

export interface ComposerListener {
  say(to: Choice, text: string): void;
  ask(uid: string, question: string): void;
}

const HINTS = { people: 'Names, separated by commas', group: 'Name of a group', all: 'Everyone' };

type Kind = keyof typeof HINTS;

/** Where messages and questions are written. */
export class Composer {
  private readonly form = byId('composer', HTMLFormElement);
  private readonly text = byId('text', HTMLTextAreaElement);
  private readonly recipients = byId('recipients', HTMLInputElement);
  private readonly label = byId('recipients-label', HTMLElement);
  private readonly problem = byId('composer-problem', HTMLElement);
  private readonly choices = this.form.elements.namedItem('to') as RadioNodeList;
  /** What was written for each kind of recipient. */
  private readonly written: Record<Kind, string> = { people: '', group: '', all: '' };
  private kind: Kind = 'people';

  constructor(private readonly listener: ComposerListener) {
    onSubmit(this.form, () => this.send());
    byId('ask', HTMLButtonElement).addEventListener('click', () => this.ask());
    this.form.addEventListener('change', () => this.choose(this.choices.value as Kind));
    this.text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
  }

  focus(): void {
    this.text.focus();
  }

  /** Adds a person to the recipients, or chooses a group. */
  address(kind: 'people' | 'group', name: string): void {
    this.choose(kind);
    const names = kind === 'people' ? namesIn(this.recipients.value) : [];
    this.recipients.value = [...new Set([...names, name])].join(', ');
    this.focus();
  }

  private choose(kind: Kind): void {
    if (kind === this.kind) return;
    this.written[this.kind] = this.recipients.value;
    this.kind = kind;
    this.choices.value = kind;
    this.recipients.value = this.written[kind];
    this.recipients.disabled = kind === 'all';
    this.recipients.placeholder = HINTS[kind];
    this.label.textContent = HINTS[kind];
  }

  private send(): void {
    const to = this.chosen();
    const text = this.text.value.trim();
    if (to === undefined) return this.complain('Say whom it is for.', this.recipients);
    if (text === '') return this.complain('Write something.', this.text);
    this.done();
    this.listener.say(to, text);
  }

  private ask(): void {
    const to = this.chosen();
    const question = this.text.value.trim();
    const isOne = to !== undefined && to !== 'all' && to.uids?.length === 1;
    if (!isOne) return this.complain('One person approves: name one.', this.recipients);
    if (question === '') return this.complain('Write what is to be approved.', this.text);
    this.done();
    this.listener.ask(to.uids![0], question);
  }

  private chosen(): Choice | undefined {
    if (this.kind === 'all') return 'all';
    if (this.kind === 'people') {
      const uids = namesIn(this.recipients.value);
      return uids.length > 0 ? { uids } : undefined;
    }
    const group = this.recipients.value.trim();
    return group === '' ? undefined : { group };
  }

  private done(): void {
    this.problem.textContent = '';
    this.text.value = '';
    this.focus();
  }

  private complain(problem: string, where: HTMLElement): void {
    this.problem.textContent = problem;
    where.focus();
  }
}
