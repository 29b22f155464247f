import { onAbort } from '../promises.js';
import type { WebSocketLike } from '../web-socket.js';
import type { Browser, Channel } from './browser.js';
import { Hub } from './hub.js';
import { isMemberNote, type HubNote, type MemberNote, type Note } from './notes.js';

/** A client of this tab, as a member of the shared connection. */
export interface Member {
  readonly id: string;
  /** Its lock says that it is here: it may open. */
  enter(): void;
  hear(note: HubNote): void;
}

/**
 * This tab among all that share a connection. One of them, whoever holds the lock, has it; when
 * that tab is gone the browser gives the lock to another one.
 */
export class Tab {
  /** Each with what lets its lock go. */
  private readonly members = new Map<Member, AbortController>();
  private readonly leaving = new AbortController();
  private readonly channel: Channel;
  private hub: Hub | undefined;

  constructor(
    private readonly browser: Browser,
    /** Of the connection: the same in all tabs that share it. */
    private readonly name: string,
    private readonly openSocket: () => WebSocketLike,
    private readonly maxBacklog: number,
    private readonly onLeave: () => void,
  ) {
    this.channel = browser.newChannel(name);
    this.channel.onmessage = ({ data }: { data: Note }) => this.hear(data);
    const { signal } = this.leaving;
    // Rejects when this tab leaves before it was its turn.
    browser.locks.request(name, { signal }, () => this.lead()).catch(() => undefined);
  }

  join(member: Member): void {
    const { browser, name } = this;
    const staying = new AbortController();
    this.members.set(member, staying);
    const { signal } = staying;
    const stay = (): Promise<void> => {
      if (!signal.aborted) member.enter();
      return untilAborted(signal);
    };
    // The tab with the connection asks for this lock, and so learns when this tab is gone.
    browser.locks.request(`${name}:${member.id}`, { signal }, stay).catch(() => undefined);
  }

  /** Tells the tab that has the connection, which may be this one. */
  tell(note: MemberNote): void {
    if (this.hub === undefined) this.channel.postMessage(note);
    else this.hub.hear(note);
  }

  leave(member: Member, code: number | undefined): void {
    if (!this.part(member, code) || this.members.size > 0) return;
    this.leaving.abort();
    this.hub?.drop();
    this.channel.close();
    this.onLeave();
  }

  /**
   * The member ends, but its client is about to be back as another one. The tab keeps its place
   * until then: would the one that takes over leave with its last member, the connection would go
   * from tab to tab.
   */
  part(member: Member, code?: number): boolean {
    const staying = this.members.get(member);
    if (staying === undefined) return false;
    this.members.delete(member);
    staying.abort();
    this.tell({ from: member.id, kind: 'close', code });
    return true;
  }

  /** Has the connection until this tab leaves; the members of all tabs open anew. */
  private lead(): Promise<void> {
    const { signal } = this.leaving;
    // The lock may have been on its way when this tab left.
    if (!signal.aborted) {
      this.hub = new Hub(this.openSocket, (note) => this.publish(note), this.maxBacklog);
      this.publish({ kind: 'moved' });
    }
    return untilAborted(signal);
  }

  private hear(note: Note): void {
    if (!isMemberNote(note)) return this.deliver(note);
    if (this.hub === undefined) return;
    if (note.kind === 'open') this.watch(note.from);
    this.hub.hear(note);
  }

  /** The lock of a member is free when its tab is gone. */
  private watch(member: string): void {
    const gone = (): Promise<void> => Promise.resolve(this.hub?.leave(member));
    const { signal } = this.leaving;
    this.browser.locks.request(`${this.name}:${member}`, { signal }, gone).catch(() => undefined);
  }

  /** From the hub to members here and in other tabs. */
  private publish(note: HubNote): void {
    const here = [...this.members.keys()];
    if (note.to === undefined || !here.some(({ id }) => id === note.to)) {
      this.channel.postMessage(note);
    }
    this.deliver(note);
  }

  private deliver(note: HubNote): void {
    for (const member of [...this.members.keys()]) {
      if (note.to === undefined || note.to === member.id) member.hear(note);
    }
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => onAbort(signal, resolve));
}
