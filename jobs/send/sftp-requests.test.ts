import { EventEmitter } from "node:events";
import { expect } from "chai";
import { sftpRequests } from "./sftp-requests";

describe("sftpRequests", () => {
  /** Asks for `count` things at once; each is answered by calling its function. */
  function ask(count: number, patience: number) {
    let disconnects = 0;
    const requests = sftpRequests(new EventEmitter() as never, () => void disconnects++, patience);
    const answers: (() => void)[] = [];
    const outcomes = Array.from({ length: count }, (_, i) =>
      requests
        .tell(`request ${i}`, (callback) => answers.push(() => callback()))
        .then(
          () => "answered",
          (error: Error) => error.message,
        ),
    );
    return { requests, answers, outcomes, disconnects: () => disconnects };
  }
  const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  it("waits for a request as long as those before it are answered", async () => {
    const { answers, outcomes, disconnects } = ask(5, 50);
    for (const answer of answers) {
      await sleep(30);
      answer();
    }
    expect(await Promise.all(outcomes)).to.deep.equal(Array.from({ length: 5 }, () => "answered"));
    await sleep(60);
    expect(disconnects()).to.equal(0);
  });

  it("gives up a server that leaves one request without answer, whatever else it answers", async () => {
    const { requests, answers, outcomes, disconnects } = ask(5, 50);
    for (const answer of answers.slice(1)) {
      await sleep(20);
      answer();
    }
    expect(await outcomes[0]).to.equal("request 0: no answer for 0.05 s");
    expect(disconnects()).to.equal(1);
    expect(requests.isOpen).to.equal(false);
  });
});
