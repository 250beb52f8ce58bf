import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { readHostKeys } from "./known-hosts";

const openssh = (name: string) => readFileSync(join(__dirname, "fixtures/ssh-public-key/openssh", name), "utf8").trim();
const bare = (name: string) => openssh(name).split(" ").slice(0, 2).join(" ");

/** As `ssh-keyscan -p 2222 sftp.example` of OpenSSH 9.6 prints it. */
const scan = `# sftp.example:2222 SSH-2.0-OpenSSH_9.6
[sftp.example]:2222 ${bare("rsa_2.pub")}
# sftp.example:2222 SSH-2.0-OpenSSH_9.6
[sftp.example]:2222 ${bare("ecdsa_1.pub")}
# sftp.example:2222 SSH-2.0-OpenSSH_9.6
[sftp.example]:2222 ${bare("ed25519_1.pub")}
`;

const fingerprints = (text: string) => {
  const keys = readHostKeys(text);
  return "message" in keys ? keys.message : keys.map(({ fingerprint }) => fingerprint);
};

describe("host keys as people have them", () => {
  it("are read from what ssh-keyscan prints, the strongest first", () => {
    const keys = readHostKeys(scan);
    expect("message" in keys ? keys : keys.map(({ type }) => type)).to.deep.equal([
      "ssh-ed25519",
      "ecdsa-sha2-nistp256",
      "ssh-rsa",
    ]);
    expect(fingerprints(scan)[0]).to.equal(openssh("ed25519_1.fp"));
  });

  it("are read from a .pub file, a hashed known_hosts and Windows line ends", () => {
    const expected = [openssh("ed25519_1.fp")];
    expect(fingerprints(openssh("ed25519_1.pub"))).to.deep.equal(expected);
    expect(fingerprints(`|1|c2FsdA==|aGFzaA== ${bare("ed25519_1.pub")}\r\n\r\n`)).to.deep.equal(expected);
    expect(fingerprints(`a.example,192.0.2.1 ${openssh("ed25519_1.pub")}`)).to.deep.equal(expected);
  });

  it("are each read once", () => {
    expect(fingerprints(`${scan}${scan}`)).to.have.lengthOf(3);
  });

  it("are refused where a line is something else", () => {
    expect(fingerprints("")).to.equal("there is no host key here");
    expect(fingerprints("# only a comment")).to.equal("there is no host key here");
    expect(fingerprints(`@revoked * ${bare("ed25519_1.pub")}`)).to.equal("this is not an OpenSSH public key");
    expect(fingerprints(`sftp.example ${openssh("ed25519_1-cert.pub")}`)).to.equal("this is a certificate, not a key");
    expect(fingerprints("-----BEGIN OPENSSH PRIVATE KEY-----")).to.equal("this is a private key");
    expect(fingerprints("getaddrinfo sftp.example: Name or service not known")).to.equal(
      "this is not an OpenSSH public key",
    );
  });
});
