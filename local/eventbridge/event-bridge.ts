import { randomUUID } from "node:crypto";
import type { AwsAccount } from "../aws-endpoint/account";
import { AwsError } from "../aws-endpoint/aws-error";
import { FailedDeliveries } from "../aws-endpoint/failed-deliveries";
import { answerJson } from "../aws-endpoint/json-protocol";
import type { AwsCall, AwsService } from "../aws-endpoint/service";
import { type Clock, systemClock } from "../clock";
import type { InvokeLambda } from "../sns/delivery";
import type { Sns } from "../sns/sns";
import type { Sqs } from "../sqs/sqs";
import type { BusEvent, NewEvent } from "./event";
import { eventBridgeOperations } from "./operations";
import { type Rule, type RuleDefinition, readRule, type Target } from "./rule";
import { checkTargetInput, targetInput } from "./target-input";

export interface EventBridgeOptions {
  account: AwsAccount;
  queues: Pick<Sqs, "deliver">;
  topics: Pick<Sns, "publishAsService">;
  invokeLambda: InvokeLambda;
  clock?: Clock;
  failures?: FailedDeliveries;
  /** How often each event reaches a target, 1 where absent: delivery is at least once, and tests may insist on it. */
  duplicate?: number;
}

const service = "events.amazonaws.com";

/**
 * Amazon EventBridge: the default bus, rules with patterns or rate schedules, and queues, functions and topics as
 * targets. What a target refuses goes to its dead-letter queue and is recorded.
 */
export class EventBridge implements AwsService {
  readonly scope = "events";
  readonly account: AwsAccount;
  readonly failures: FailedDeliveries;
  readonly #options: EventBridgeOptions;
  readonly #clock: Clock;
  readonly #rules = new Map<string, Rule>();
  readonly #operations = eventBridgeOperations(this);
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: EventBridgeOptions) {
    this.#options = options;
    this.account = options.account;
    this.#clock = options.clock ?? systemClock;
    this.failures = options.failures ?? new FailedDeliveries();
  }

  handle(call: AwsCall): Promise<void> {
    return answerJson(call, this.#operations);
  }

  /** Puts an event on the bus, as an AWS service does (`aws.…` sources included). Returns it whole. */
  put(event: NewEvent): BusEvent {
    const whole: BusEvent = {
      version: "0",
      id: randomUUID(),
      "detail-type": event.detailType,
      source: event.source,
      account: this.account.accountId,
      time: (event.time ?? this.#clock.now()).toISOString().replace(/\.\d{3}Z$/, "Z"),
      region: this.account.region,
      resources: event.resources ?? [],
      detail: event.detail,
    };
    for (const rule of this.#rules.values()) {
      if (rule.enabled && rule.pattern?.matches(whole)) this.#send(rule, whole);
    }
    return whole;
  }

  /** Creates a rule, or changes the one of that name; its targets stay. Throws what PutRule would. */
  putRule(definition: RuleDefinition): Rule {
    const read = readRule(definition);
    const existing = this.#rules.get(definition.name);
    existing?.cancel?.();
    const arn = `arn:aws:events:${this.account.region}:${this.account.accountId}:rule/${definition.name}`;
    const rule: Rule = { ...definition, ...read, arn, targets: existing?.targets ?? new Map() };
    this.#rules.set(rule.name, rule);
    this.#schedule(rule);
    return rule;
  }

  /** Throws ResourceNotFoundException. */
  rule(name: string): Rule {
    const rule = this.#rules.get(name);
    if (rule) return rule;
    throw new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus default.`);
  }

  findRule(name: string): Rule | undefined {
    return this.#rules.get(name);
  }

  /** Throws a ValidationException while the rule has targets, as AWS does. */
  deleteRule(name: string): void {
    const rule = this.#rules.get(name);
    if (rule && rule.targets.size > 0) {
      throw new AwsError("ValidationException", "Rule can't be deleted since it has targets.");
    }
    rule?.cancel?.();
    this.#rules.delete(name);
  }

  putTarget(ruleName: string, target: Target): void {
    checkTargetInput(target);
    if (!/^arn:aws:(sqs|lambda|sns):/.test(target.arn)) {
      throw new AwsError(
        "ValidationException",
        `Targets like ${target.arn} have no local stand-in: use SQS, Lambda or SNS.`,
      );
    }
    this.rule(ruleName).targets.set(target.id, target);
  }

  deleteTarget(ruleName: string, targetId: string): void {
    this.#rules.get(ruleName)?.targets.delete(targetId);
  }

  /** Runs a scheduled rule now, whatever its schedule says; for tests and for people who cannot wait. */
  fire(ruleName: string): void {
    const rule = this.rule(ruleName);
    this.#send(rule, {
      version: "0",
      id: randomUUID(),
      "detail-type": "Scheduled Event",
      source: "aws.events",
      account: this.account.accountId,
      time: this.#clock
        .now()
        .toISOString()
        .replace(/\.\d{3}Z$/, "Z"),
      region: this.account.region,
      resources: [rule.arn],
      detail: {},
    });
  }

  /** Resolves when every event so far was delivered, or recorded as failed. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Cancels every schedule. */
  stop(): void {
    for (const rule of this.#rules.values()) rule.cancel?.();
  }

  #schedule(rule: Rule): void {
    const { interval } = rule;
    if (interval === undefined || !rule.enabled) return;
    rule.cancel = this.#clock.after(interval, () => {
      this.#schedule(rule);
      this.fire(rule.name);
    });
  }

  #send(rule: Rule, event: BusEvent): void {
    for (const target of rule.targets.values()) {
      for (let time = 0; time < (this.#options.duplicate ?? 1); time++) {
        const sending = this.#deliver(rule, target, event).finally(() => this.#underWay.delete(sending));
        this.#underWay.add(sending);
      }
    }
  }

  /** Never rejects. A refusal is not tried again: EventBridge retries faults for a day, but not missing permissions. */
  async #deliver(rule: Rule, target: Target, event: BusEvent): Promise<void> {
    const input = targetInput(target, event);
    const reason = await this.#refusal(rule, target, input);
    if (reason === undefined) return;
    const message = JSON.stringify(event);
    const deadLetterArn = this.#bury(rule, target, { reason, message }) ? target.deadLetterArn : undefined;
    this.failures.record({ at: this.#clock.now(), from: rule.arn, to: target.arn, reason, message, deadLetterArn });
  }

  async #refusal(rule: Rule, { arn }: Target, input: unknown): Promise<string | undefined> {
    const { queues, topics, invokeLambda } = this.#options;
    const text = typeof input === "string" ? input : JSON.stringify(input ?? null);
    try {
      switch (arn.split(":")[2]) {
        case "sqs":
          return queues.deliver({ service, sourceArn: rule.arn, queueArn: arn, message: { body: text } });
        case "sns":
          topics.publishAsService({ service, sourceArn: rule.arn, topicArn: arn, message: { message: text } });
          return undefined;
        default:
          await invokeLambda(arn, input as object, { principal: service, sourceArn: rule.arn });
          return undefined;
      }
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Puts an undelivered event on the target's dead-letter queue, with the attributes EventBridge gives it. */
  #bury(rule: Rule, { arn, deadLetterArn }: Target, { reason, message }: { reason: string; message: string }): boolean {
    if (!deadLetterArn) return false;
    const text = (stringValue: string) => ({ dataType: "String", stringValue });
    const attributes = {
      ...{ ERROR_CODE: text("NO_PERMISSIONS"), ERROR_MESSAGE: text(reason) },
      ...{ RULE_ARN: text(rule.arn), TARGET_ARN: text(arn) },
    };
    const outgoing = { body: message, attributes };
    const source = { service, sourceArn: rule.arn, queueArn: deadLetterArn };
    return this.#options.queues.deliver({ ...source, message: outgoing }) === undefined;
  }
}
