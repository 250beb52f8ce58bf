import { type OpensshServer, startOpensshServer } from "../jobs/openssh-server";
import { changingPartners, livingService } from "./living-service";
import { journeyPartners, mainJourney, withOpenssh } from "./main-journey";
import { fileGroups } from "./partner-files";
import { type RunningService, startRunningService } from "./running-service";

/** Two suites of one service: starting it takes a third as long as either. */
describe("Quayside on its stand-ins", function () {
  this.timeout(120_000);
  let subscriber: OpensshServer;
  let running: RunningService;

  before(async () => {
    if (withOpenssh.areThere) subscriber = await startOpensshServer();
    running = await startRunningService({
      ...fileGroups("claims", "remittances", "reports"),
      ...changingPartners,
      ...(withOpenssh.areThere && journeyPartners(subscriber)),
    });
  });
  after(async () => {
    await running?.stop();
    await subscriber?.stop();
  });

  mainJourney(() => ({ running, subscriber }));
  livingService(() => running);
});
