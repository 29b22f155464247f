let last = 0;

/** Ids of messages and connections, as cheap as can be. */
export const nextId = () => (++last).toString(36);
