import { randomUUID } from "node:crypto";
import type { Clock } from "../clock";
import type { LambdaFunction } from "./lambda-function";

/** How a function's asynchronous invocations are retried, as `aws.lambda.FunctionEventInvokeConfig` sets it. */
export interface EventInvokeConfiguration {
  maximumRetryAttempts: number;
  /** Seconds after which an event is given up. */
  maximumEventAgeSeconds: number;
  /** Queue or topic that is told of each event that failed for good. */
  onFailureArn?: string;
}

export const defaultEventInvokeConfiguration: EventInvokeConfiguration = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 21_600,
};

/** Puts a message on a queue or topic with a function's role. */
export type SendFailure = (failure: {
  targetArn: string;
  roleArn: string;
  body: string;
  attributes: Record<string, string>;
}) => Promise<void>;

/** Asynchronous invocations: queued, retried, and in the end handed to the failure targets. */
export class EventInvocations {
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(
    /** Milliseconds before the first retry, the second, and so on. */
    private readonly retryDelays: readonly number[],
    private readonly sendFailure: SendFailure,
    private readonly onError: (error: unknown) => void,
    private readonly clock: Clock,
  ) {}

  /** Accepts an event; what becomes of it is the function's business. Returns the request's id. */
  accept(target: LambdaFunction, payload: string, configuration: EventInvokeConfiguration): string {
    const requestId = randomUUID();
    const run = this.#run(target, payload, configuration, requestId)
      .catch((error) => {
        if (!this.#stopping.signal.aborted) this.onError(error);
      })
      .finally(() => this.#underWay.delete(run));
    this.#underWay.add(run);
    return requestId;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay);
  }

  async #run(target: LambdaFunction, payload: string, configuration: EventInvokeConfiguration, requestId: string) {
    const acceptedAt = this.clock.now().getTime();
    let result = await target.invoke(payload, requestId);
    let attempts = 1;
    while (result.functionError && attempts <= configuration.maximumRetryAttempts) {
      await this.#sleep(this.retryDelays[attempts - 1] ?? this.retryDelays.at(-1) ?? 0);
      if (this.clock.now().getTime() - acceptedAt > configuration.maximumEventAgeSeconds * 1000) break;
      result = await target.invoke(payload, requestId);
      attempts += 1;
    }
    if (!result.functionError) return;
    const { arn, roleArn, deadLetterTargetArn } = target.configuration;
    const error = JSON.parse(result.payload);
    if (deadLetterTargetArn) {
      const attributes = { RequestID: requestId, ErrorCode: "200", ErrorMessage: String(error.errorMessage) };
      await this.sendFailure({ targetArn: deadLetterTargetArn, roleArn, body: payload, attributes });
    }
    if (configuration.onFailureArn) {
      const body = JSON.stringify({
        version: "1.0",
        timestamp: this.clock.now().toISOString(),
        requestContext: {
          requestId,
          functionArn: `${arn}:$LATEST`,
          condition: "RetriesExhausted",
          approximateInvokeCount: attempts,
        },
        requestPayload: JSON.parse(payload),
        responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: result.functionError },
        responsePayload: error,
      });
      await this.sendFailure({ targetArn: configuration.onFailureArn, roleArn, body, attributes: {} });
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    const { signal } = this.#stopping;
    return new Promise((resolve, reject) => {
      const stop = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.clock.after(milliseconds, () => {
        signal.removeEventListener("abort", stop);
        resolve();
      });
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
    });
  }
}
