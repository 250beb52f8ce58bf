import * as z from "zod";
import { AwsError } from "../aws-endpoint/aws-error";
import { type JsonOperation, jsonOperation } from "../aws-endpoint/json-protocol";
import type { EventBridge } from "./event-bridge";

const entry = z.strictObject({
  Source: z.string().min(1),
  DetailType: z.string().min(1).max(128),
  Detail: z.string(),
  Resources: z.array(z.string()).optional(),
  /** Seconds since the epoch. */
  Time: z.number().optional(),
  EventBusName: z.string().optional(),
});

/** EventBridge's operations over the wire; rules and targets come from the program alone. */
export function eventBridgeOperations(bus: Pick<EventBridge, "put" | "account">): Record<string, JsonOperation> {
  return {
    PutEvents: jsonOperation(z.strictObject({ Entries: z.array(entry).min(1).max(10) }), ({ Entries }, call) => {
      const busArn = `arn:aws:events:${bus.account.region}:${bus.account.accountId}:event-bus/default`;
      call.authorize({ action: "events:PutEvents", resource: busArn });
      const answers = Entries.map((one) => putEntry(bus, busArn, one));
      return { FailedEntryCount: answers.filter((answer) => "ErrorCode" in answer).length, Entries: answers };
    }),
  };
}

function putEntry(bus: Pick<EventBridge, "put">, busArn: string, input: z.infer<typeof entry>): object {
  const { Source: source, DetailType: detailType, Resources: resources, Time, EventBusName = "default" } = input;
  if (EventBusName !== "default" && EventBusName !== busArn) {
    throw new AwsError("ResourceNotFoundException", `Event bus ${EventBusName} does not exist.`);
  }
  if (source.startsWith("aws.")) {
    return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  }
  const detail = readDetail(input.Detail);
  if (!detail) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  const time = Time === undefined ? undefined : new Date(Time * 1000);
  return { EventId: bus.put({ source, detailType, resources, detail, time }).id };
}

function readDetail(text: string): Record<string, unknown> | undefined {
  try {
    return z.looseObject({}).parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
