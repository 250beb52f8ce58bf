import { expect } from "chai";
import { findSecrets } from "./find-secrets";

const found = (text: string, file = "acme/partner.yaml") =>
  findSecrets(new Map([[file, Buffer.from(text)]])).map(({ message, line, column }) => `${line}:${column} ${message}`);

describe("findSecrets", () => {
  for (const [text, expected] of [
    [`a: 1\n# -----BEGIN RSA ${"PRIVATE"} KEY-----`, "2:3 this looks like a private key"],
    ["PuTTY-User-Key-File-3: ssh-ed25519", "1:1 this looks like a PuTTY private key"],
    [`name: ASIA${"Y34FZKBOKMUTVV7A"}`, "1:7 this looks like an AWS access key"],
    [`aws_secret_access_key=${"k".repeat(39)}1`, "1:1 this looks like an AWS secret key"],
    [`role: ghp_${"a1".repeat(18)}`, "1:7 this looks like a GitHub token"],
    [`role: github_pat_${"a1".repeat(20)}`, "1:7 this looks like a GitHub token"],
    [`role: glpat-${"a1".repeat(10)}`, "1:7 this looks like a GitLab token"],
    [`role: xoxb-${"1a".repeat(10)}`, "1:7 this looks like a Slack token"],
    [`role: pul-${"0a".repeat(20)}`, "1:7 this looks like a Pulumi token"],
    [`role: npm_${"a1".repeat(18)}`, "1:7 this looks like an npm token"],
    [`role: AIza${"a".repeat(35)}`, "1:7 this looks like a Google API key"],
    [`role: eyJ${"a".repeat(10)}.eyJ${"b".repeat(10)}.${"c".repeat(10)}`, "1:7 this looks like a JSON web token"],
    ["host: sftp://quayside:hunter2@sftp.example.org", "1:23 this looks like a password in a URL"],
    ["# the password is Winter2026!", "1:19 this looks like a password"],
    ['#password="hunter2"', "1:12 this looks like a password"],
    ["# Passphrase: tr0ub4dor&3", "1:15 this looks like a password"],
    ["# api_key: 7f3d9a", "1:12 this looks like a password"],
    ["export DB_PASSWORD=hunter2", "1:20 this looks like a password"],
  ] as const) {
    it(`${text.slice(0, 40)} → ${expected}`, () => expect(found(text)).to.deep.equal([expected]));
  }

  for (const text of [
    "authentication: password",
    "passwordVersion: 1",
    "  passwordVersion: 12345678",
    "# The password is issued when the partner is created.",
    "# password: see Secrets Manager",
    '# fill it with {"password": "…"}, or {"password": "<password1>"}',
    "role: keeper of the secret: handles keys",
    "- ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFOG6kY7Rf4UtCFvPwKgo/BztXck2xC4a2WyA34XtIwZ",
    "host: sftp.example.org # sftp://sftp.example.org:2222/inbox",
    "email: ops@acme.example",
  ]) {
    it(`nothing in ${text}`, () => expect(found(text)).to.deep.equal([]));
  }

  it("looks for private keys only in samples, and for none in key files, which are parsed", () => {
    const text = `password: hunter2\n-----BEGIN ${"PRIVATE"} KEY-----`;
    expect(found(text, "acme/samples/a.txt")).to.deep.equal(["2:1 this looks like a private key"]);
    expect(found(text, "acme/keys/a.pub")).to.deep.equal([]);
  });

  for (const file of ["keys/id_ed25519", "keys/.ssh/id_ed25519", "keys/old/a.pub", ".env", "samples/.env"]) {
    it(`looks for all of them in ${file}`, () => {
      const text = `-----BEGIN ${"PRIVATE"} KEY-----\nTOKEN=7f3d9a-1`;
      expect(found(text, `acme/${file}`)).to.deep.equal([
        "1:1 this looks like a private key",
        "2:7 this looks like a password",
      ]);
    });
  }
});
