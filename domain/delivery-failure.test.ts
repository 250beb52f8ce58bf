import { expect } from "chai";
import { connectFailure, DeliveryFailure, objectFailure, sftpFailure } from "./delivery-failure";

const withProperties = (message: string, properties: object) => Object.assign(new Error(message), properties);

describe("DeliveryFailure", () => {
  it("is one line", () => {
    expect(new DeliveryFailure("a\n  b\r\nc ", { canPass: true }).message).to.equal("a b c");
  });

  it("tells the partner what it is made to tell, and otherwise only that it is on our side", () => {
    const toldOf = (forPartner?: true | string) =>
      new DeliveryFailure("a\nb", { canPass: true, ...(forPartner && { forPartner }) }).forPartner;
    expect(toldOf()).to.equal("something went wrong on our side; our operators have the details");
    expect(toldOf(true)).to.equal("a b");
    expect(toldOf("c\nd")).to.equal("c d");
  });

  for (const [what, failure, told] of [
    ["their server refuses", sftpFailure({ code: 3 }, "opening /in/x"), "opening /in/x: permission denied"],
    [
      "they do not let us in",
      connectFailure(withProperties("no", { level: "client-authentication" }), "a:22"),
      "a:22 refused the login",
    ],
    ["they cannot be reached", connectFailure(withProperties("", { code: "X" }), "a:22"), "cannot connect to a:22: X"],
    ["our key cannot be read", connectFailure(new Error("Cannot parse privateKey: x"), "a:22"), /on our side/],
    ["S3 refuses", objectFailure(new Error("arn:aws:iam::1:role/x is not authorized"), "reading a/b"), /on our side/],
  ] as const) {
    it(`lets the partner know as much as concerns it where ${what}`, () => {
      if (typeof told === "string") expect(failure.forPartner).to.equal(told);
      else
        expect(failure.forPartner)
          .to.match(told)
          .and.not.match(/arn|privateKey/);
    });
  }
});

describe("sftpFailure", () => {
  for (const [code, canPass] of [
    [2, false],
    [3, false],
    [8, false],
    [4, true],
    [5, true],
    [7, true],
    ["ECONNRESET", true],
    [undefined, true],
  ] as const) {
    it(`takes status ${code} as one that ${canPass ? "can" : "can't"} pass`, () => {
      const failure = sftpFailure(withProperties("Failure", { code }), "opening /inbox/x");
      expect(failure.canPass).to.equal(canPass);
      expect(failure.reach).to.equal("delivery");
      expect(failure.message).to.match(/^opening \/inbox\/x: /);
    });
  }

  it("leaves a failure as it is", () => {
    const failure = new DeliveryFailure("x", { canPass: false, reach: "folder" });
    expect(sftpFailure(failure, "anything")).to.equal(failure);
  });
});

describe("connectFailure", () => {
  for (const [error, canPass] of [
    [withProperties("connect ECONNREFUSED 127.0.0.1:22", { code: "ECONNREFUSED", level: "client-socket" }), true],
    [withProperties("Timed out while waiting for handshake", { level: "client-timeout" }), true],
    [withProperties("getaddrinfo ENOTFOUND sftp.example", { code: "ENOTFOUND" }), true],
    [withProperties("", { code: "ETIMEDOUT" }), true],
    [withProperties("All configured authentication methods failed", { level: "client-authentication" }), false],
    [withProperties("Handshake failed: no matching key exchange algorithm", { level: "handshake" }), false],
    [withProperties("Unable to start subsystem: sftp", {}), false],
    [withProperties("Cannot parse privateKey: Unsupported key format", {}), false],
  ] as const) {
    it(`says of "${error.message || "an error without text"}" that it ${canPass ? "can" : "can't"} pass`, () => {
      const failure = connectFailure(error, "sftp.example:22");
      expect(failure.canPass).to.equal(canPass);
      expect(failure.reach).to.equal("destination");
      expect(failure.message).to.include("sftp.example:22");
    });
  }

  it("names the code of an error without text", () => {
    expect(connectFailure(withProperties("", { code: "ETIMEDOUT" }), "a:22").message).to.equal(
      "cannot connect to a:22: ETIMEDOUT",
    );
  });
});

describe("objectFailure", () => {
  for (const [name, canPass] of [
    ["NoSuchKey", false],
    ["NoSuchVersion", false],
    ["InvalidObjectState", false],
    ["SlowDown", true],
    ["InternalError", true],
    ["AccessDenied", true],
    ["TimeoutError", true],
  ] as const) {
    it(`takes ${name} as one that ${canPass ? "can" : "can't"} pass`, () => {
      expect(objectFailure(withProperties("told by S3", { name }), "reading a/b").canPass).to.equal(canPass);
    });
  }
});
