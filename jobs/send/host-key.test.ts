import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { utils } from "ssh2";
import { generateKeyPair } from "../../local/sftp/key-pair";
import { withPrograms } from "../../test/programs";
import { fingerprint, pinnedHostKeys } from "./host-key";

const blobOf = (line: string) => Buffer.from(line.split(" ")[1] ?? "", "base64");
const ed25519 = generateKeyPair().publicKey;
const ecdsa = utils.generateKeyPairSync("ecdsa", { bits: 384 }).public;
const rsa = utils.generateKeyPairSync("rsa", { bits: 2048 }).public;

describe("pinnedHostKeys", () => {
  it("knows the pinned keys and no other", () => {
    const pinned = pinnedHostKeys([`${ed25519} a comment`, rsa]);
    expect(pinned.has(blobOf(ed25519))).to.equal(true);
    expect(pinned.has(blobOf(rsa))).to.equal(true);
    expect(pinned.has(blobOf(ecdsa))).to.equal(false);
    expect(pinned.has(blobOf(generateKeyPair().publicKey))).to.equal(false);
    expect(pinned.has(Buffer.alloc(0))).to.equal(false);
  });

  for (const [line, first] of [
    [ed25519, ["ssh-ed25519"]],
    [ecdsa, ["ecdsa-sha2-nistp384"]],
    [rsa, ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]],
  ] as const) {
    it(`asks for ${first[0]} first where such a key is pinned, and for each algorithm once`, () => {
      const { algorithms } = pinnedHostKeys([line]);
      expect(algorithms.slice(0, first.length)).to.deep.equal(first);
      expect(new Set(algorithms).size).to.equal(algorithms.length);
      expect(algorithms.length).to.equal(7);
    });
  }

  it("says what it got and what it should have got", () => {
    const failure = pinnedHostKeys([ed25519, rsa]).changed(blobOf(ecdsa), "sftp.example:22");
    expect(failure.message).to.include(
      `changed: got ${fingerprint(blobOf(ecdsa))}, pinned ${fingerprint(blobOf(ed25519))} or ${fingerprint(blobOf(rsa))}`,
    );
    expect(failure).to.include({ canPass: false, reach: "destination" });
  });

  withPrograms("ssh-keygen").it("gives fingerprints as ssh-keygen does", () => {
    const shown = execFileSync("ssh-keygen", ["-l", "-f", "-"], { input: ed25519 }).toString();
    expect(shown.split(" ")[1]).to.equal(fingerprint(blobOf(ed25519)));
  });
});
