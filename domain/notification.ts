/** A message to the people of one partner, as it goes to SNS. */
export interface Notification {
  /** Whom it concerns: the publisher of a transfer, the subscriber of a delivery. */
  partner: string;
  event: News["event"];
  /** Printable ASCII, fewer than 100 characters. */
  subject: string;
  /** Plain text: one sentence, then details, one a line. */
  message: string;
}

/** What happened, in plain values. */
export type News = TransferNews | DeliveryNews;

export interface TransferNews {
  event: "transfer.truncated" | "transfer.held" | "transfer.quarantined";
  /** The publisher. */
  partner: string;
  /** The transfer's number in the ledger. */
  transfer: number;
  fileGroup: string;
  fileName: string;
  /** Bytes that arrived. */
  size: number;
  uploadedAt: Date;
  reason: string | null;
}

export interface DeliveryNews {
  event: "delivery.delivered" | "delivery.failed";
  /** The subscriber. */
  partner: string;
  /** The delivery's number in the ledger. */
  delivery: number;
  /** The subscription's name. */
  subscription: string;
  publisher: string;
  fileGroup: string;
  /** The file's name as its publisher uploaded it. */
  fileName: string;
  /** The remote path or object key it ended under; where it failed, the name it should have had. */
  deliveredAs: string;
  /** Bytes of the delivered file. */
  size: number;
  /** Hex; null where nobody computed it. */
  sha256: string | null;
  /** Attempts of the last stage. */
  attempts: number;
  /** As the partner may read it; the ledger has more. */
  reason: string | null;
}

/** Puts news into words. File names come from outside, so control characters never reach the text. */
export function notification(news: News): Notification {
  const { headline, advice, details } = "delivery" in news ? ofDelivery(news) : ofTransfer(news);
  const lines = details.filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${printable(value)}`);
  return {
    partner: news.partner,
    event: news.event,
    subject: subject(headline),
    message: `${printable(`${headline}. ${advice}`.trim())}\n\n${lines.join("\n")}\n`,
  };
}

interface Text {
  headline: string;
  /** What to do about it, if anything. */
  advice: string;
  details: [name: string, value: string | number | null][];
}

const ofTransferEvent = {
  "transfer.truncated": {
    headline: (file: string) => `The upload of ${file} broke off`,
    advice: "What arrived was not passed on. Please upload the file again.",
  },
  "transfer.held": {
    headline: (file: string) => `The upload of ${file} is held`,
    advice: "It was not passed on, for the reason below. Please upload the file again, or tell us that it is in order.",
  },
  "transfer.quarantined": {
    headline: (file: string) => `Malware was found in ${file}`,
    advice:
      "The file is locked: it was not passed on, and nobody can read it. Please examine the system that it comes from, and upload a clean file.",
  },
};

function ofTransfer(news: TransferNews): Text {
  const { headline, advice } = ofTransferEvent[news.event];
  return {
    headline: headline(news.fileName),
    advice,
    details: [
      ["Transfer", news.transfer],
      ["File group", news.fileGroup],
      ["File", news.fileName],
      ["Bytes received", news.size],
      ["Uploaded at", news.uploadedAt.toISOString()],
      ["Reason", news.reason],
    ],
  };
}

function ofDelivery(news: DeliveryNews): Text {
  const delivered = news.event === "delivery.delivered";
  return {
    headline: `${news.fileName} from ${news.publisher} ${delivered ? "was delivered" : "could not be delivered"}`,
    advice: "",
    details: [
      ["Delivery", news.delivery],
      ["Subscription", news.subscription],
      ["File group", news.fileGroup],
      ["File", news.fileName],
      [delivered ? "Delivered as" : "To be delivered as", news.deliveredAs],
      ["Bytes", news.size],
      ["SHA-256", news.sha256],
      ["Attempts", news.attempts],
      ["Reason", news.reason],
    ],
  };
}

/** Control characters and Unicode's line and direction marks, with which a file name could forge lines of the text. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function printable(value: string | number | null): string {
  return String(value).replace(unprintable, "?");
}

/** SNS wants fewer than 100 characters, all ASCII and no control characters. */
function subject(headline: string): string {
  const ascii = `Quayside: ${headline}`.replace(/[^\x20-\x7e]/gu, "?");
  return ascii.length < 100 ? ascii : `${ascii.slice(0, 96)}...`;
}
