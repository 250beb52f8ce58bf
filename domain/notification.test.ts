import { expect } from "chai";
import { type DeliveryNews, notification, type TransferNews } from "./notification";

const truncated: TransferNews = {
  event: "transfer.truncated",
  partner: "acme-health",
  transfer: 17,
  fileGroup: "claims",
  fileName: "claims-2026-01.json",
  size: 1234,
  uploadedAt: new Date("2026-01-31T12:00:00Z"),
  reason: "the upload failed (PARTIAL_UPLOAD)",
};

const delivered: DeliveryNews = {
  event: "delivery.delivered",
  partner: "beta-payer",
  delivery: 23,
  subscription: "claims",
  publisher: "acme-health",
  fileGroup: "claims",
  fileName: "claims-2026-01.json",
  deliveredAs: "/inbox/claims-2026-01.csv",
  size: 999,
  sha256: "ab12",
  attempts: 1,
  reason: null,
};

describe("notification", () => {
  it("tells the publisher that an upload broke off", () => {
    expect(notification(truncated)).to.deep.equal({
      partner: "acme-health",
      event: "transfer.truncated",
      subject: "Quayside: The upload of claims-2026-01.json broke off",
      message: `The upload of claims-2026-01.json broke off. What arrived was not passed on. Please upload the file again.

Transfer: 17
File group: claims
File: claims-2026-01.json
Bytes received: 1234
Uploaded at: 2026-01-31T12:00:00.000Z
Reason: the upload failed (PARTIAL_UPLOAD)
`,
    });
  });

  it("tells the publisher of malware, and what to do", () => {
    const { subject, message, event } = notification({
      ...truncated,
      event: "transfer.quarantined",
      reason: "malware was found: EICAR-Test-File",
    });
    expect(event).to.equal("transfer.quarantined");
    expect(subject).to.equal("Quayside: Malware was found in claims-2026-01.json");
    expect(message).to.contain("nobody can read it").and.contain("Reason: malware was found: EICAR-Test-File");
  });

  it("tells the subscriber what was delivered where, without what is not known", () => {
    expect(notification(delivered)).to.deep.equal({
      partner: "beta-payer",
      event: "delivery.delivered",
      subject: "Quayside: claims-2026-01.json from acme-health was delivered",
      message: `claims-2026-01.json from acme-health was delivered.

Delivery: 23
Subscription: claims
File group: claims
File: claims-2026-01.json
Delivered as: /inbox/claims-2026-01.csv
Bytes: 999
SHA-256: ab12
Attempts: 1
`,
    });
  });

  it("says of a failure what was meant to happen and why it did not", () => {
    const { subject, message } = notification({
      ...delivered,
      event: "delivery.failed",
      sha256: null,
      reason: "the host key changed",
    });
    expect(subject).to.equal("Quayside: claims-2026-01.json from acme-health could not be delivered");
    expect(message).to.contain("\nTo be delivered as: /inbox/claims-2026-01.csv\n");
    expect(message).to.contain("\nReason: the host key changed\n");
    expect(message).not.to.contain("SHA-256");
  });

  it("keeps the subject to what SNS takes, and the text to one line a detail, whatever the file is called", () => {
    const fileName = `a\r\nReason: all is well\u2028\u202e ünïcödé ${"x".repeat(300)}.json`;
    for (const event of ["transfer.truncated", "transfer.held", "transfer.quarantined"] as const) {
      const { subject, message } = notification({ ...truncated, event, fileName });
      expect(subject).to.match(/^[\x20-\x7e]{1,99}$/);
      expect(message.split(/\r\n|[\n\r\u2028\u2029]/).filter((line) => line.startsWith("Reason:"))).to.have.length(1);
      expect(message).to.contain("ünïcödé");
    }
  });
});
