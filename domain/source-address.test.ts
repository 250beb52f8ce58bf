import { expect } from "chai";
import fc from "fast-check";
import { addressIsIn, cidrMistake } from "./source-address";

describe("addressIsIn", () => {
  const cases: [address: string, cidrs: string[], isIn: boolean][] = [
    ["203.0.113.7", [], true],
    ["203.0.113.0", ["203.0.113.0/24"], true],
    ["203.0.113.255", ["203.0.113.0/24"], true],
    ["203.0.112.255", ["203.0.113.0/24"], false],
    ["203.0.114.0", ["203.0.113.0/24"], false],
    ["203.0.113.7", ["203.0.113.7/32"], true],
    ["203.0.113.6", ["203.0.113.7/32"], false],
    ["203.0.113.6", ["203.0.113.6/31"], true],
    ["203.0.113.7", ["203.0.113.6/31"], true],
    ["203.0.113.8", ["203.0.113.6/31"], false],
    ["0.0.0.0", ["0.0.0.0/0"], true],
    ["255.255.255.255", ["0.0.0.0/0"], true],
    ["128.0.0.0", ["0.0.0.0/1"], false],
    ["10.0.0.1", ["203.0.113.0/24", "10.0.0.0/8"], true],
    ["2001:db8::1", ["2001:db8::/32"], true],
    ["2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", ["2001:db8::/32"], true],
    ["2001:db9::", ["2001:db8::/32"], false],
    ["2001:DB8:0:0::1", ["2001:db8::1/128"], true],
    ["2001:db8::2", ["2001:db8::1/128"], false],
    // The same IPv4 client, as a dual-stack socket shows it.
    ["::ffff:203.0.113.7", ["203.0.113.0/24"], true],
    ["::FFFF:203.0.113.7", ["203.0.113.0/24"], true],
    ["::ffff:cb00:7107", ["203.0.113.0/24"], true],
    ["0:0:0:0:0:ffff:cb00:7107", ["203.0.113.0/24"], true],
    ["::ffff:198.51.100.7", ["203.0.113.0/24"], false],
    ["203.0.113.7", ["::ffff:203.0.113.0/120"], true],
    // Not mapped, only written alike.
    ["::203.0.113.7", ["203.0.113.0/24"], false],
    ["203.0.113.7", ["::/0"], true],
    ["203.0.113.7", ["2001:db8::/32"], false],
    ["2001:db8::1", ["0.0.0.0/0"], false],
    // No address at all: nobody is let in by what cannot be read.
    ["", ["0.0.0.0/0", "::/0"], false],
    ["localhost", ["0.0.0.0/0", "::/0"], false],
    ["203.0.113", ["0.0.0.0/0", "::/0"], false],
    ["203.0.113.07", ["0.0.0.0/0", "::/0"], false],
    ["203.0.113.7 ", ["0.0.0.0/0", "::/0"], false],
    ["::ffff:203.0.113.999", ["0.0.0.0/0", "::/0"], false],
  ];
  for (const [address, cidrs, isIn] of cases) {
    it(`${address || "nothing"} is ${isIn ? "" : "not "}in ${cidrs.join(", ") || "no block"}`, () =>
      expect(addressIsIn(address, cidrs)).to.equal(isIn));
  }

  it("agrees with plain numbers", () => {
    fc.assert(
      fc.property(
        anyAddress,
        fc.array(anyBlock, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (given, blocks, isNear) => {
          // Half of the addresses are in the first block or right beside it, where mistakes would be.
          const [first] = blocks;
          const near = first && first.version === given.version ? neighbour(first, given.value) : given;
          const address = isNear ? near : given;
          expect(
            addressIsIn(
              address.text,
              blocks.map(({ text }) => text),
            ),
          ).to.equal(blocks.some((block) => holds(block, address)));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** An address as the number that it is among those of IPv6, where IPv4 is ::ffff:0:0/96. */
interface Address {
  version: 4 | 6;
  value: bigint;
  text: string;
}
interface Block extends Address {
  length: number;
}

const bitsOf = { 4: 32, 6: 128 };
const mapped = 0xffff00000000n;

function textOf(version: 4 | 6, value: bigint): string {
  const [parts, bits] = version === 4 ? [4, 8n] : [8, 16n];
  const all = Array.from(
    { length: parts },
    (_, index) => (value >> (BigInt(parts - 1 - index) * bits)) & ((1n << bits) - 1n),
  );
  return version === 4 ? all.join(".") : all.map((part) => part.toString(16)).join(":");
}

const address = (version: 4 | 6, value: bigint): Address => ({
  version,
  value: version === 4 ? mapped + value : value,
  text: textOf(version, value),
});

function blockOf(version: 4 | 6, value: bigint, length: number): Block {
  const size = 1n << BigInt(bitsOf[version] - length);
  const first = address(version, (value / size) * size);
  return { ...first, text: `${first.text}/${length}`, length };
}

function neighbour({ version, value, length }: Block, seed: bigint): Address {
  const bits = BigInt(bitsOf[version]);
  const size = 1n << (bits - BigInt(length));
  const first = version === 4 ? value - mapped : value;
  const candidates = [first - 1n, first, first + (seed % size), first + size - 1n, first + size];
  const chosen = candidates[Number(seed % 5n)] ?? first;
  return address(version, ((chosen % (1n << bits)) + (1n << bits)) % (1n << bits));
}

function holds({ version, value, length }: Block, { value: candidate }: Address): boolean {
  return value <= candidate && candidate < value + (1n << BigInt(bitsOf[version] - length));
}

const anyVersion = fc.constantFrom<4 | 6>(4, 6);
const anyValue = (version: 4 | 6) => fc.bigInt({ min: 0n, max: (1n << BigInt(bitsOf[version])) - 1n });
const anyAddress = anyVersion.chain((version) => anyValue(version).map((value) => address(version, value)));
const anyBlock = anyVersion.chain((version) =>
  fc
    .tuple(anyValue(version), fc.nat({ max: bitsOf[version] }))
    .map(([value, length]) => blockOf(version, value, length)),
);

describe("cidrMistake", () => {
  const notABlock = (text: string) =>
    `"${text}" is not an address block; write it like 203.0.113.0/24 or 2001:db8::/32`;
  const cases: [text: string, mistake: string | undefined][] = [
    ["203.0.113.0/24", undefined],
    ["0.0.0.0/0", undefined],
    ["255.255.255.255/32", undefined],
    ["2001:db8::/32", undefined],
    ["::/0", undefined],
    ["203.0.113.7", '"203.0.113.7" has no prefix length; write 203.0.113.7/32 for this one address'],
    ["2001:db8::1", '"2001:db8::1" has no prefix length; write 2001:db8::1/128 for this one address'],
    ["203.0.113.0/33", '"/33" is not a prefix length; use a number from 0 to 32'],
    ["2001:db8::/129", '"/129" is not a prefix length; use a number from 0 to 128'],
    ["203.0.113.0/", '"/" is not a prefix length; use a number from 0 to 32'],
    ["203.0.113.0/-1", '"/-1" is not a prefix length; use a number from 0 to 32'],
    ["203.0.113.0/024", '"/024" is not a prefix length; use a number from 0 to 32'],
    ["203.0.113.0/2e1", '"/2e1" is not a prefix length; use a number from 0 to 32'],
    ["203.0.113.0/255.255.255.0", '"/255.255.255.0" is not a prefix length; use a number from 0 to 32'],
    [
      "203.0.113.7/24",
      '"203.0.113.7/24" has address bits set beyond its prefix length; write 203.0.113.0/24 for the block, or 203.0.113.7/32 for the one address',
    ],
    [
      "192.0.2.1/0",
      '"192.0.2.1/0" has address bits set beyond its prefix length; write 0.0.0.0/0 for the block, or 192.0.2.1/32 for the one address',
    ],
    ...["", "/24", "203.0.113.0/24/1", "203.0.113/24", "acme.example", "fe80::%eth0/10", " 203.0.113.0/24"].map(
      (text): [string, string] => [text, notABlock(text)],
    ),
  ];
  for (const [text, mistake] of cases) {
    it(`${mistake === undefined ? "accepts" : "refuses"} "${text}"`, () => {
      const found = cidrMistake(text);
      expect(found && `${found.message}; ${found.fix}`).to.equal(mistake);
    });
  }

  it("accepts every block, and lets nothing pass that cannot be used", () => {
    fc.assert(
      fc.property(anyBlock, ({ text }) => {
        expect(cidrMistake(text)).to.equal(undefined);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789abf.:/%") }), (text) => {
        if (cidrMistake(text) === undefined) expect(() => addressIsIn("203.0.113.7", [text])).to.not.throw();
      }),
    );
  });

  it("names the block that an IPv4 address with bits beyond its prefix lies in", () => {
    fc.assert(
      fc.property(anyValue(4), fc.integer({ min: 0, max: 31 }), (value, length) => {
        const block = blockOf(4, value, length).text;
        const text = `${textOf(4, value)}/${length}`;
        fc.pre(text !== block);
        expect(cidrMistake(text)?.fix).to.include(`write ${block} for the block`);
      }),
    );
  });
});
