/** Whom each member watches: the server is told that nobody does when no member does. */
export class Watched {
  private readonly byMember = new Map<string, Set<string>>();

  add(member: string, uids: readonly string[]): void {
    const watched = this.byMember.get(member) ?? new Set();
    for (const uid of uids) watched.add(uid);
    this.byMember.set(member, watched);
  }

  /** Answers those of the uids that no other member watches. */
  drop(member: string, uids: readonly string[]): string[] {
    for (const uid of uids) this.byMember.get(member)?.delete(uid);
    return uids.filter((uid) => ![...this.byMember.values()].some((others) => others.has(uid)));
  }

  /** A member is gone; answers whom it alone watched. */
  withdraw(member: string): string[] {
    const uids = [...(this.byMember.get(member) ?? [])];
    this.byMember.delete(member);
    return this.drop(member, uids);
  }

  clear(): void {
    this.byMember.clear();
  }
}
