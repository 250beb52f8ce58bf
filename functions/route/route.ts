import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { handleMessage, type RouteDependencies } from "./handle-message";

/** Handles a batch of the route queue's messages, and names those that failed: only they come again. */
export async function route({ Records }: SQSEvent, dependencies: RouteDependencies): Promise<SQSBatchResponse> {
  const failed = await Promise.all(
    Records.map(async ({ messageId, body }) => {
      try {
        await handleMessage(body, dependencies);
        return [];
      } catch (error) {
        dependencies.log("error", "message failed", { messageId, error });
        return [{ itemIdentifier: messageId }];
      }
    }),
  );
  return { batchItemFailures: failed.flat() };
}
