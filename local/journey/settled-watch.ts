import type { Queryable } from "../../domain/ledger/ledger";
import type { LedgerRow } from "../../domain/ledger/transfers/read-ledger";
import { readSettled, type Settled } from "../../domain/ledger/transfers/read-settled";

/** Moves so far behind the newest that no transaction under way can still bring one. */
const reach = 1000;

/** Looks into a ledger again and again, and tells of everything that settles once. */
export class SettledWatch {
  /** Moves that were told already, as far as they are within reach. */
  #told: number[] = [];
  #known: readonly LedgerRow[];
  #looking: Promise<unknown> = Promise.resolve();

  /** @param known rows of the ledger that were shown already: what they say is not told again */
  constructor(
    private readonly ledger: () => Queryable,
    known: readonly LedgerRow[],
  ) {
    this.#known = known;
  }

  /** What has settled since the last look; at the first, since the ledger began. */
  look(): Promise<Settled[]> {
    const looked = this.#looking.then(() => this.#read());
    this.#looking = looked.catch(() => {});
    return looked;
  }

  async #read(): Promise<Settled[]> {
    const horizon = Math.max(0, (this.#told.at(-1) ?? 0) - reach);
    const settled = await readSettled(this.ledger(), horizon, this.#told);
    const told = [...this.#told, ...settled.map(({ move }) => move)].sort((a, b) => a - b);
    const newest = told.at(-1) ?? 0;
    this.#told = told.filter((move) => move > newest - reach);
    const known = this.#known;
    this.#known = [];
    return settled.filter((one) => !known.some((row) => says(row, one)));
  }
}

const says = (row: LedgerRow, { transfer, delivery, state }: Settled) =>
  row.transfer === transfer &&
  (delivery === null ? row : row.deliveries.find((one) => one.delivery === delivery))?.state === state;
