import { reportSettled } from "../../adapters/report-settled";
import { startDrains } from "../../adapters/start-drains";
import type { Recorded } from "../../domain/ledger/transfers/record-upload";
import type { RouteDependencies } from "./handle-message";
import type { About } from "./is-ignored";

/** Does what follows from an event that the ledger has: tells people, and starts jobs. */
export async function finish(recorded: Recorded, about: About, dependencies: RouteDependencies): Promise<void> {
  const { isNew, settled, drains } = recorded;
  dependencies.log("info", isNew ? "event recorded" : "event known already", { ...about, settled: settled.length });
  await reportSettled(settled, dependencies);
  await startDrains(dependencies.ledger, dependencies.submitDrainJob, drains);
}
