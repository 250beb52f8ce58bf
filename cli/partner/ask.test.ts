import { PassThrough } from "node:stream";
import { expect } from "chai";
import { type Ask, askOn, Interrupted } from "./ask";

function person() {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  let shown = "";
  output.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
  });
  return { ask: askOn({ input, output }), types: (text: string) => void input.write(text), shown: () => shown };
}

const script = () => askOn({ input: new PassThrough(), output: new PassThrough() });
const question = { option: "--name", what: "The organisation's name" };

async function rejection(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    (value) => expect.fail(`answered ${value}`),
    (error: unknown) => error,
  );
}

describe("questions to a person", () => {
  let ask: Ask;
  afterEach(() => ask.close());

  it("take what is typed, or the fallback for Enter", async () => {
    const { types, ...rest } = person();
    ask = rest.ask;
    types("Acme\r\r");
    expect(await ask.text(question)).to.equal("Acme");
    expect(await ask.text({ ...question, fallback: "acme" })).to.equal("acme");
    expect(rest.shown()).to.include("The organisation's name [acme]: ");
  });

  it("are repeated with what is wrong", async () => {
    const { types, ...rest } = person();
    ask = rest.ask;
    types("x\r\rlonger\r");
    const mistake = (text: string) => (text.length > 2 ? undefined : `"${text}" is too short`);
    expect(await ask.text({ ...question, mistake })).to.equal("longer");
    expect(rest.shown()).to.include('"x" is too short').and.to.include("please answer");
  });

  it("keep the lines that are pasted at once", async () => {
    const { types, ...rest } = person();
    ask = rest.ask;
    types("first\rsecond\rthird\r\r");
    expect(await ask.text(question)).to.equal("first");
    expect(await ask.moreLines()).to.deep.equal(["second", "third"]);
  });

  it("offer choices by name or number", async () => {
    const { types, ...rest } = person();
    ask = rest.ask;
    const choices = [
      { value: "keys", meaning: "SSH keys" },
      { value: "none", meaning: "not at all" },
    ] as const;
    types("3\r2\rkeys\r");
    expect(await ask.choice({ option: "--login", what: "How?" }, choices)).to.equal("none");
    expect(await ask.choice({ option: "--login", what: "How?" }, choices)).to.equal("keys");
    expect(rest.shown()).to.include('"3" is none of keys, none');
  });

  it("are confirmed with yes only", async () => {
    const { types, ...rest } = person();
    ask = rest.ask;
    types("perhaps\rno\r\ry\r");
    for (const expected of [false, false, true]) {
      expect(await ask.confirm("Sure", { fallback: false, otherwise: true })).to.equal(expected);
    }
  });

  for (const [name, key] of [
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ] as const) {
    it(`end with ${name}`, async () => {
      const { types, ...rest } = person();
      ask = rest.ask;
      const answer = rejection(ask.text(question));
      types(key);
      expect(await answer).to.be.instanceOf(Interrupted);
    });
  }
});

describe("questions to a script", () => {
  it("take the option, else the fallback, else name what is missing", async () => {
    const ask = script();
    expect(await ask.text({ ...question, given: "Acme" })).to.equal("Acme");
    expect(await ask.text({ ...question, fallback: "acme" })).to.equal("acme");
    expect(await rejection(ask.text(question))).to.have.property(
      "message",
      "--name is missing: the organisation's name; see --help",
    );
  });

  it("name the option whose value is wrong", async () => {
    const answer = script().text({ ...question, given: "x", mistake: () => "too short" });
    expect(await rejection(answer)).to.have.property("message", "--name: too short");
  });
});
