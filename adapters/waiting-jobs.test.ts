import type { BatchClient } from "@aws-sdk/client-batch";
import { expect } from "chai";
import { waitingJobs } from "./waiting-jobs";

const statuses = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"];

/** Batch with one job of each status, which is also its id. It leaves out what it does not know, as Batch does. */
function batchOf() {
  const asked: string[][] = [];
  const send = async ({ input }: { input: { jobs: string[] } }) => {
    asked.push(input.jobs);
    return { jobs: input.jobs.filter((id) => statuses.includes(id)).map((id) => ({ jobId: id, status: id })) };
  };
  return { asked, batch: { send } as unknown as Pick<BatchClient, "send"> };
}

describe("waitingJobs", () => {
  it("names those that have not been started", async () => {
    const waiting = await waitingJobs(batchOf().batch)([...statuses, "forgotten"]);
    expect([...waiting]).to.deep.equal(["SUBMITTED", "PENDING", "RUNNABLE", "STARTING"]);
  });

  it("asks nothing about no job", async () => {
    const { asked, batch } = batchOf();
    expect((await waitingJobs(batch)([])).size).to.equal(0);
    expect(asked).to.deep.equal([]);
  });
});
