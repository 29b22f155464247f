/** Longest delay of a timer, in milliseconds: a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** One timer that is set, set anew, and never left behind. */
export interface Alarm {
  set(delay: number, ring: () => void): void;
  clear(): void;
}

export function newAlarm(): Alarm {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const clear = (): void => clearTimeout(timer);
  return {
    clear,
    set(delay, ring) {
      clear();
      timer = setTimeout(ring, Math.min(delay, LONGEST));
    },
  };
}
