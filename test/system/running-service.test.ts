import { changingPartners, livingService } from "./living-service";
import { mainJourney } from "./main-journey";
import { fileGroups } from "./partner-files";
import { type RunningService, startRunningService } from "./running-service";

/** Two suites of one service: starting it takes a third as long as either. */
describe("Quayside on its stand-ins", function () {
  this.timeout(120_000);
  let running: RunningService;

  before(async () => {
    running = await startRunningService({ ...fileGroups("claims", "remittances", "reports"), ...changingPartners });
  });
  after(() => running?.stop());

  mainJourney(() => running);
  livingService(() => running);
});
