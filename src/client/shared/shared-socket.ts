import type { WebSocketLike } from '../web-socket.js';
import type { HubNote } from './notes.js';
import type { Member, Tab } from './tab.js';

let lastMember = 0;

/** Looks like a WebSocket to its client, and is a member of the shared one. */
export class SharedSocket implements WebSocketLike, Member {
  readonly id = `${Math.random().toString(36).slice(2)}.${++lastMember}`;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  private isHere = false;
  private isOpen = false;
  private isWelcome = false;

  constructor(private readonly tab: Tab) {
    tab.join(this);
  }

  send(text: string): void {
    this.tab.tell({ from: this.id, kind: 'frame', text });
  }

  close(code?: number): void {
    this.tab.leave(this, code);
  }

  enter(): void {
    this.isHere = true;
    this.tab.tell({ from: this.id, kind: 'open' });
  }

  hear(note: HubNote): void {
    switch (note.kind) {
      case 'opened':
        this.isOpen = true;
        return this.onopen?.({} as never);
      case 'moved':
        return this.move();
      case 'closed':
        return this.end(note.code, note.reason);
      case 'welcome':
        this.isWelcome = true;
    }
    // What goes to all is not for a member that is not welcomed: that gets it from the backlog.
    if (this.isWelcome || note.to !== undefined) this.onmessage?.({ data: note.text } as never);
  }

  /** Whoever had the connection is gone, and knew this member, or never heard that it is here. */
  private move(): void {
    if (!this.isOpen) {
      if (this.isHere) this.enter();
      return;
    }
    this.tab.part(this);
    this.onclose?.({ code: 1006, reason: 'The tab with the connection is gone.' } as never);
  }

  private end(code: number, reason: string): void {
    this.close();
    this.onclose?.({ code, reason } as never);
  }
}
