import type { BatchClient } from "@aws-sdk/client-batch";
import { expect } from "chai";
import { drainJobName, submitDrainJob } from "./drain-jobs";

/** Batch that accepts every job and keeps what it was asked. */
function batchOf(answer: { jobId?: string } = { jobId: "job-1" }) {
  const inputs: unknown[] = [];
  const send = async ({ input }: { input: unknown }) => {
    inputs.push(input);
    return answer;
  };
  return { inputs, batch: { send } as unknown as Pick<BatchClient, "send"> };
}

const definitions = { jobQueue: "queue", sendJobDefinition: "send", transformJobDefinition: "transform" };

describe("submitDrainJob", () => {
  for (const [queue, jobName, jobDefinition] of [
    ["push:beta/main", "send-push-beta-main", "send"],
    ["place:beta", "send-place-beta", "send"],
    ["transform:beta", "transform-beta", "transform"],
  ] as const) {
    it(`gives ${queue} its job`, async () => {
      const { batch, inputs } = batchOf();
      expect(await submitDrainJob(batch, definitions)(queue)).to.equal("job-1");
      const containerOverrides = { environment: [{ name: "QUEUE", value: queue }] };
      expect(inputs).to.deep.equal([{ jobName, jobQueue: "queue", jobDefinition, containerOverrides }]);
    });
  }

  it("refuses a queue that it does not know, or has no definition for", async () => {
    const { batch, inputs } = batchOf();
    const failures = await Promise.all([
      submitDrainJob(batch, definitions)("elsewhere:beta").catch((error: Error) => error.message),
      submitDrainJob(batch, { jobQueue: "queue", sendJobDefinition: "send" })("transform:beta").catch(
        (error: Error) => error.message,
      ),
    ]);
    expect(failures[0]).to.contain('queue "elsewhere:beta" is none of');
    expect(failures[1]).to.contain("no transform job definition");
    expect(inputs).to.deep.equal([]);
  });

  it("fails where Batch names no job", async () => {
    const error = await submitDrainJob(batchOf({}).batch, definitions)("place:beta").catch((failure: Error) => failure);
    expect(error).to.be.instanceOf(Error);
  });
});

describe("drainJobName", () => {
  it("is what Batch allows, however long and odd the queue", () => {
    expect(drainJobName(`push:beta/${"ä.b".repeat(100)}`))
      .to.match(/^send-push-beta-[A-Za-z0-9_-]+$/)
      .and.have.length(128);
  });
});
