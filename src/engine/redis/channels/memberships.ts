const NONE: readonly string[] = [];

/** What is heard of a uid while the store is asked which groups it is in. */
interface Question {
  /** Calls that ask. */
  calls: number;
  /** The step that the newest answer is of. */
  asOf: number;
  /** Changes of later steps, by group. */
  readonly heard: Map<string, { readonly step: number; readonly isMember: boolean }>;
}

/**
 * Which groups the uids of this node are members of, as the store decides it. It numbers its steps.
 * Changes are heard in their order; but the answer to a question comes another way, and what was
 * heard meanwhile may have been before it or after it: the step tells.
 */
export class Memberships {
  private readonly byUid = new Map<string, Set<string>>();
  private readonly questions = new Map<string, Question>();

  of(uid: string): readonly string[] {
    const groups = this.byUid.get(uid);
    return groups === undefined ? NONE : [...groups];
  }

  /** From here on the answer to a question about the uid may come, until it is `settled`. */
  ask(uid: string): void {
    const question = this.questions.get(uid);
    if (question === undefined) this.questions.set(uid, { calls: 1, asOf: 0, heard: new Map() });
    else question.calls++;
  }

  settle(uid: string): void {
    const question = this.questions.get(uid)!;
    if (--question.calls === 0) this.questions.delete(uid);
  }

  /** A change was heard; answers whether it is news. */
  hear(uid: string, group: string, isMember: boolean, step: number): boolean {
    const question = this.questions.get(uid);
    if (question !== undefined) {
      if (step <= question.asOf) return false;
      question.heard.set(group, { step, isMember });
    }
    this.set(uid, group, isMember);
    return true;
  }

  /** The store has answered; answers the groups in which the uid is no more. */
  adopt(uid: string, groups: readonly string[], step: number): readonly string[] {
    const question = this.questions.get(uid)!;
    if (step < question.asOf) return NONE;
    question.asOf = step;
    const before = this.of(uid);
    this.byUid.delete(uid);
    for (const group of groups) this.set(uid, group, true);
    for (const [group, heard] of question.heard) {
      if (heard.step <= step) question.heard.delete(group);
      else this.set(uid, group, heard.isMember);
    }
    const after = this.byUid.get(uid);
    return before.filter((group) => after?.has(group) !== true);
  }

  /** The uid has no connection here any more. */
  forget(uid: string): void {
    this.byUid.delete(uid);
  }

  private set(uid: string, group: string, isMember: boolean): void {
    const groups = this.byUid.get(uid);
    if (!isMember) {
      if (groups?.delete(group) && groups.size === 0) this.byUid.delete(uid);
    } else if (groups === undefined) {
      this.byUid.set(uid, new Set([group]));
    } else {
      groups.add(group);
    }
  }
}
