import { AwsError } from "../aws-endpoint/aws-error";
import { eventPattern } from "./event-pattern";
import type { JsonPattern } from "./json-pattern";
import { scheduleInterval } from "./schedule";
import type { InputTransformer } from "./target-input";

/** Where a rule sends an event. */
export interface Target {
  id: string;
  /** ARN of an SQS queue, a Lambda function or an SNS topic. */
  arn: string;
  /** JSON text sent instead of the event. */
  input?: string;
  /** Path to the part of the event that is sent: `$.detail`. */
  inputPath?: string;
  inputTransformer?: InputTransformer;
  /** Queue for events that could not be delivered. */
  deadLetterArn?: string;
}

export interface RuleDefinition {
  name: string;
  /** JSON text. A rule has a pattern, a schedule, or both. */
  eventPattern?: string;
  scheduleExpression?: string;
  enabled: boolean;
}

export interface Rule extends RuleDefinition {
  arn: string;
  pattern?: JsonPattern;
  /** Milliseconds. */
  interval?: number;
  targets: Map<string, Target>;
  /** Stops the schedule. */
  cancel?: () => void;
}

/** Reads a rule's pattern and schedule; throws as PutRule does. */
export function readRule(definition: RuleDefinition): Pick<Rule, "pattern" | "interval"> {
  const { name, eventPattern: pattern, scheduleExpression } = definition;
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new AwsError("ValidationException", `Rule names are 1 to 64 letters, digits and . - _: ${name}`);
  }
  if (!pattern && !scheduleExpression) {
    throw new AwsError("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.");
  }
  return {
    pattern: pattern ? eventPattern(pattern) : undefined,
    interval: scheduleExpression ? scheduleInterval(scheduleExpression) : undefined,
  };
}
