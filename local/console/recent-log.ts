import { printable } from "../../domain/printable";
import type { StandInLog } from "../service/stand-ins";

/** The last lines of what functions, jobs and endpoints printed, for when something goes wrong. */
export class RecentLog {
  readonly #lines: string[] = [];

  add({ from, line }: StandInLog): void {
    if (this.#lines.push(`${from}: ${printable(line)}`) > 20) this.#lines.shift();
  }

  lines(): readonly string[] {
    return this.#lines;
  }
}
