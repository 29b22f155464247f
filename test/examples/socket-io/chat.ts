/** What a client of the chat does, before and after. */
export interface Chat {
  /** Whether the user was online. */
  say(to: string, text: string): Promise<boolean>;
  join(room: string): Promise<void>;
  shout(room: string, text: string): void;
  /** What comes, in order. */
  heard: { from: string; text: string }[];
  leave(): void;
}

/** A server of the chat, and how clients come to it. */
export interface ChatServer {
  client(uid: string): Promise<Chat>;
  close(): Promise<void>;
}
