import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import type { AwsAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import type { CredentialRegistry } from "../aws-endpoint/credentials";
import type { Authorize } from "../aws-endpoint/service";
import { type Clock, systemClock } from "../clock";
import {
  defaultEventInvokeConfiguration,
  EventInvocations,
  type EventInvokeConfiguration,
  type SendFailure,
} from "./event-invocations";
import type { InvocationResult } from "./execution-environment";
import type { FunctionConfiguration } from "./function-configuration";
import { functionEnvironment } from "./function-environment";
import { FunctionLog, type LogLine } from "./function-log";
import { type InvocationSource, type InvokePermission, permits } from "./invoke-permission";
import { LambdaFunction } from "./lambda-function";
import { type EventSourceQueue, SqsEventSource, type SqsEventSourceOptions } from "./sqs-event-source";

export interface LambdaOptions {
  account: AwsAccount;
  /** The local AWS endpoint, which functions get as AWS_ENDPOINT_URL. */
  endpointUrl: string;
  credentials: Pick<CredentialRegistry, "issue" | "revoke">;
  /** PEM file that functions get for `/var/runtime/ca-cert.pem`. */
  certificateAuthorityFile: string;
  /** The folder that stands for an EFS access point. Without it a function with a `fileSystemConfig` is refused. */
  mountedFolder?: (accessPointArn: string) => string;
  /** Where the functions' code is kept, and what they see as the system's temporary folder; the system's own unless told. */
  temporaryFolder?: string;
  /**
   * Most environments of one function at once; further invocations wait their turn. Two, or one for each core, unless
   * told: more than that take time from each other, and each of them takes a third of a second of a core to start.
   */
  maxEnvironments?: number;
  /** Milliseconds between the attempts at an event; AWS waits one minute, then two. */
  retryDelays?: readonly number[];
  /** For dead-letter targets and failure destinations. */
  sendFailure?: SendFailure;
  /** The queue of an event source mapping; throws where there is none. */
  queueOf?: (queueArn: string) => EventSourceQueue;
  /** Checks that a function's role may read its queue, as Lambda does when a mapping is made. */
  authorize?: Authorize;
  onLog?: (line: LogLine) => void;
  clock?: Clock;
}

/** The functions of the account: deploys them, and invokes them for callers and services. */
export class LambdaService {
  readonly account: AwsAccount;
  readonly temporaryFolder: string | undefined;
  readonly #options: LambdaOptions;
  readonly #functions = new Map<string, LambdaFunction>();
  readonly #permissions = new Map<string, Map<string, InvokePermission>>();
  readonly #eventConfigurations = new Map<string, EventInvokeConfiguration>();
  readonly #eventSources = new Map<string, SqsEventSource>();
  readonly #events: EventInvocations;
  readonly #clock: Clock;

  constructor(options: LambdaOptions) {
    this.account = options.account;
    this.temporaryFolder = options.temporaryFolder;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { retryDelays = [60_000, 120_000], sendFailure = refuseFailureTarget } = options;
    this.#events = new EventInvocations(retryDelays, sendFailure, (error) => this.report(error), this.#clock);
  }

  /** Deploys a function, or its new configuration. */
  async deploy(configuration: FunctionConfiguration): Promise<void> {
    if (configuration.fileSystem && !this.#options.mountedFolder) {
      throw new Error(`function ${configuration.name}: the local Lambda was given no folder for its fileSystemConfig`);
    }
    // Lambda refuses a function whose file system cannot be mounted.
    if (configuration.fileSystem) this.#options.mountedFolder?.(configuration.fileSystem.arn);
    const existing = this.#functions.get(configuration.name);
    if (existing) return existing.update(configuration);
    const log = new FunctionLog(configuration.name, this.#options.onLog ?? (() => {}));
    const source = {
      limit: this.#options.maxEnvironments ?? Math.max(2, availableParallelism()),
      variables: (of: FunctionConfiguration) => this.#variables(of),
      discard: ({ AWS_ACCESS_KEY_ID }: Record<string, string>) =>
        this.#options.credentials.revoke(AWS_ACCESS_KEY_ID ?? ""),
    };
    this.#functions.set(configuration.name, new LambdaFunction(configuration, log, source));
  }

  async remove(name: string): Promise<void> {
    await this.#functions.get(name)?.stop();
    this.#functions.delete(name);
    this.#permissions.delete(name);
    this.#eventConfigurations.delete(name);
  }

  /** @param reference a function's name, ARN or partial ARN */
  find(reference: string): LambdaFunction {
    const name = functionName(reference);
    const found = this.#functions.get(name);
    if (found) return found;
    const { region, accountId } = this.account;
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
    throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
  }

  addPermission(reference: string, statementId: string, permission: InvokePermission): void {
    const { name } = this.find(reference).configuration;
    const statements = this.#permissions.get(name) ?? new Map<string, InvokePermission>();
    this.#permissions.set(name, statements.set(statementId, permission));
  }

  removePermission(reference: string, statementId: string): void {
    this.#permissions.get(functionName(reference))?.delete(statementId);
  }

  configureEvents(reference: string, configuration: EventInvokeConfiguration | undefined): void {
    const name = functionName(reference);
    if (configuration) this.#eventConfigurations.set(name, configuration);
    else this.#eventConfigurations.delete(name);
  }

  /**
   * Invokes a function and waits for its result.
   * @param source the AWS service on whose behalf; refused unless a permission of the function allows it. Left out
   *   where the caller's own right was checked already.
   * @throws AwsError TooManyRequestsException beyond the function's reserved concurrency
   */
  async invoke(reference: string, payload: unknown, source?: InvocationSource): Promise<InvocationResult> {
    const target = this.#permitted(reference, source);
    if (target.throttled) throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
    return target.invoke(JSON.stringify(payload), randomUUID());
  }

  /** As {@link invoke}, but waits its turn where the reserved concurrency is used up, as event sources do. */
  async invokeInTurn(reference: string, payload: unknown): Promise<InvocationResult> {
    return this.find(reference).invoke(JSON.stringify(payload), randomUUID());
  }

  /** Accepts an event for a function, which is retried and given up as on AWS. Returns the request's id. */
  invokeEvent(reference: string, payload: unknown, source?: InvocationSource): string {
    const target = this.#permitted(reference, source);
    const configuration = this.#eventConfigurations.get(target.configuration.name) ?? defaultEventInvokeConfiguration;
    return this.#events.accept(target, JSON.stringify(payload), configuration);
  }

  /** From now on the function is invoked with the queue's messages. */
  mapQueue(id: string, options: SqsEventSourceOptions): void {
    const { queueOf, authorize } = this.#options;
    if (!queueOf) throw new Error("the local Lambda was given no queues for event source mappings");
    const { roleArn } = this.find(options.functionName).configuration;
    for (const action of ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]) {
      authorize?.({ principal: { roleArn }, action, resource: options.queueArn });
    }
    this.#eventSources.set(id, new SqsEventSource(options, this, queueOf(options.queueArn), this.#clock));
  }

  async unmapQueue(id: string): Promise<void> {
    await this.#eventSources.get(id)?.stop();
    this.#eventSources.delete(id);
  }

  /** The latest lines that a function wrote. */
  log(reference: string): readonly LogLine[] {
    return this.find(reference).log.lines;
  }

  /** Puts what went wrong outside any function into the log. */
  report(error: unknown): void {
    this.#options.onLog?.({ at: Date.now(), source: "lambda", stream: "stderr", text: String(error) });
  }

  /** Ends every environment, and removes the code that was unpacked. */
  async stop(): Promise<void> {
    const stopping = [this.#events, ...this.#eventSources.values()].map((each) => each.stop());
    await Promise.all([...this.#functions.values()].map((each) => each.stop()));
    await Promise.all(stopping);
    this.#eventSources.clear();
    this.#functions.clear();
  }

  #permitted(reference: string, source: InvocationSource | undefined): LambdaFunction {
    const target = this.find(reference);
    if (source === undefined) return target;
    const statements = this.#permissions.get(target.configuration.name)?.values() ?? [];
    if ([...statements].some((statement) => permits(statement, source))) return target;
    const { arn } = target.configuration;
    const message = `${source.principal} may not invoke ${arn} for ${source.sourceArn}: no permission of the function allows it`;
    throw new AwsError("AccessDeniedException", message, 403);
  }

  #variables(configuration: FunctionConfiguration): Record<string, string> {
    const { fileSystem, roleArn } = configuration;
    const mountedFolder = fileSystem && this.#options.mountedFolder?.(fileSystem.arn);
    return functionEnvironment(configuration, {
      region: this.account.region,
      endpointUrl: this.#options.endpointUrl,
      credentials: this.#options.credentials.issue({ roleArn }),
      certificateAuthorityFile: this.#options.certificateAuthorityFile,
      ...(mountedFolder !== undefined && { mountedFolder }),
      ...(this.temporaryFolder !== undefined && { temporaryFolder: this.temporaryFolder }),
    });
  }
}

function functionName(reference: string): string {
  const match = /^(?:(?:arn:aws:lambda:[^:]*:)?\d*:?function:)?([\w-]+)(?::(.+))?$/.exec(reference);
  const [, name, qualifier] = match ?? [];
  if (name === undefined) throw new AwsError("ValidationException", `${reference} is not a function's name or ARN`);
  if (qualifier !== undefined && qualifier !== "$LATEST") {
    throw new AwsError("ResourceNotFoundException", `the local Lambda has no versions or aliases: ${reference}`, 404);
  }
  return name;
}

function refuseFailureTarget(): Promise<void> {
  throw new Error("the local Lambda was given nothing that sends to failure destinations");
}
