/** Whom something is sent to: users by name, or a group. */
export interface Audience {
  uids?: string[];
  group?: string;
}

/** What somebody has said to others. `at`: milliseconds since 1970, by the server's clock. */
export interface Said extends Audience {
  from: string;
  text: string;
  at: number;
}

/** How something was said, for the page that said it and for the speaker's other devices. */
export interface Saying extends Said {
  /** The page's own name for it. */
  key: string;
  /** Of the message that the others got. */
  id: string;
  /** Those others. */
  recipients: string[];
  /** How many of their devices it was handed to. */
  devices: number;
}

/** What became of a question: an answer and the device that gave it, or why there is none. */
export type Verdict = { approved: boolean; device: string } | { failed: string };

export interface Decision {
  /** The asking page's own name for the question. */
  key: string;
  from: string;
  uid: string;
  question: string;
  at: number;
  verdict: Verdict;
}

/** What became of a message at one user. */
export interface Fate {
  uid: string;
  isSeen: boolean;
  /** Devices that it was handed to. */
  devices: number;
  /** Names of those that acknowledged it. */
  seenOn: string[];
}

/** What is kept for a user, oldest first. */
export interface Past {
  epoch: string | null;
  messages: { id: string; offset: number; from?: string; data: unknown; isSeen: boolean }[];
}

/** Data of the messages that the gateways send. Those of clients have a sender, written by the server. */
export type ChatMessage =
  ({ type: 'said' } & Said) | ({ type: 'saying' } & Saying) | ({ type: 'decision' } & Decision);

/** What clients send each other: to all, and that a message was looked at. */
export type ClientMessage =
  { type: 'to-all'; key: string; text: string } | { type: 'seen'; id: string };

/** A question that the server asks a user's devices. */
export interface Question {
  from: string;
  question: string;
}

/** What goes over the example's sockets; the page and the gateways share it. */
export interface ChatEvents {
  message: ChatMessage | ClientMessage;
  request: { data: Question; answer: { approved: boolean } };
  emits: {
    'chat.say': { data: Audience & { key: string; text: string }; reply: Saying };
    'chat.fate': { data: { id: string; uids: string[] }; reply: Fate[] };
    'chat.past': { reply: Past };
    'chat.join': { data: { group: string }; reply: string[] };
    'chat.leave': { data: { group: string }; reply: string[] };
    'chat.ask': { data: { key: string; uid: string; question: string }; reply: true };
  };
}
