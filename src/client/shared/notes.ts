/** What a member, which is a client of some tab, tells the tab that has the connection. */
export type MemberNote = { from: string } & (
  { kind: 'open' } | { kind: 'frame'; text: string } | { kind: 'close'; code: number | undefined }
);

/** What it tells one member, or all of them without `to`. */
export type HubNote = { to?: string } & (
  | { kind: 'opened' }
  /** The answer to the member's first message: from now on it gets what all get. */
  | { kind: 'welcome'; text: string }
  | { kind: 'frame'; text: string }
  | { kind: 'closed'; code: number; reason: string }
  /** Another tab has the connection now: it knows nobody yet. */
  | { kind: 'moved' }
);

export type Note = MemberNote | HubNote;

export function isMemberNote(note: Note): note is MemberNote {
  return 'from' in note;
}
