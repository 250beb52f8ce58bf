/** The time and timers, as an argument: tests hand in their own. */
export interface Clock {
  now(): Date;
  /** Calls `callback` once after that many milliseconds; the returned function cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The machine's time. A waiting timer does not keep the process alive: servers do. */
export const systemClock: Clock = {
  now: () => new Date(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
