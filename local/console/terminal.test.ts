import { PassThrough } from "node:stream";
import { expect } from "chai";
import { openTerminal } from "./terminal";

describe("openTerminal", () => {
  const { TERM, NO_COLOR } = process.env;
  beforeEach(() => {
    process.env.TERM = "xterm";
    delete process.env.NO_COLOR;
  });
  afterEach(() => {
    restore("TERM", TERM);
    restore("NO_COLOR", NO_COLOR);
  });
  const restore = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };

  /** What a step that says what it does, with a line in between, writes into a stream. */
  const written = async (screen: { isTTY?: boolean; columns?: number }) => {
    const stream = Object.assign(new PassThrough(), screen) as unknown as NodeJS.WriteStream & PassThrough;
    const terminal = openTerminal(stream);
    await terminal.step("samples", async (note) => {
      note("one of two samples");
      terminal.line(terminal.colours.red("meanwhile"));
    });
    return String(stream.read()).replace(/\d\.\d s/, "0.0 s");
  };

  it("writes plain lines where the stream is no terminal, whatever others are", async () => {
    expect(await written({})).to.equal("meanwhile\n  ✔ samples: one of two samples 0.0 s\n");
  });

  it("writes colours and moves on a terminal, each title within its width", async () => {
    const [first, ...moves] = (await written({ isTTY: true, columns: 24 })).split("\r\u001b[2K");
    const busy = "  \u001b[36m…\u001b[39m samples";
    expect(first).to.equal("");
    expect(moves).to.deep.equal([
      busy,
      `${busy}: one of two`,
      `\u001b[31mmeanwhile\u001b[39m\n${busy}: one of two`,
      "  \u001b[32m✔\u001b[39m samples: one of two\n    samples \u001b[2m0.0 s\u001b[22m\n",
    ]);
  });

  it("writes neither on a dumb one", async () => {
    process.env.TERM = "dumb";
    expect(await written({ isTTY: true, columns: 80 })).to.equal(await written({}));
  });

  it("leaves colours out where they are not wanted", async () => {
    process.env.NO_COLOR = "1";
    expect(await written({ isTTY: true, columns: 80 })).not.to.contain("\u001b[3");
  });
});
