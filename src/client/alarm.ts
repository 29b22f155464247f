/** Longest delay of a timer, in milliseconds: above 2^31 - 1 it would fire at once. */
const LONGEST = 2_000_000_000;

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
