/** The registry that people write by hand: the sockets of each uid. @template Socket */
export class Registry {
  /** @type {Map<string, Set<Socket>>} */
  #sockets = new Map();

  /** @param {string} uid @param {Socket} socket */
  add(uid, socket) {
    const sockets = this.#sockets.get(uid);
    if (sockets) sockets.add(socket);
    else this.#sockets.set(uid, new Set([socket]));
  }

  /** @param {string} uid @param {Socket} socket */
  remove(uid, socket) {
    const sockets = this.#sockets.get(uid);
    if (sockets?.delete(socket) && sockets.size === 0) this.#sockets.delete(uid);
  }

  /** @param {string} uid */
  of(uid) {
    return this.#sockets.get(uid) ?? [];
  }

  *all() {
    for (const sockets of this.#sockets.values()) yield* sockets;
  }

  count() {
    let count = 0;
    for (const sockets of this.#sockets.values()) count += sockets.size;
    return count;
  }
}
