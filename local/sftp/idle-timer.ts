import type { Clock } from "../clock";

/** Calls `expired` once nothing was touched for that long. */
export class IdleTimer {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #expired: () => void;
  #touched: number;
  #cancel: () => void;

  constructor(clock: Clock, milliseconds: number, expired: () => void) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
    this.#expired = expired;
    this.#touched = clock.now().getTime();
    this.#cancel = clock.after(milliseconds, () => this.#check());
  }

  /** Cheap enough for every packet: the timer is not set anew, it looks again when it is due. */
  touch(): void {
    this.#touched = this.#clock.now().getTime();
  }

  stop(): void {
    this.#cancel();
  }

  #check(): void {
    const left = this.#touched + this.#milliseconds - this.#clock.now().getTime();
    if (left <= 0) this.#expired();
    else this.#cancel = this.#clock.after(left, () => this.#check());
  }
}
