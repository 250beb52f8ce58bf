import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as sqs from "@pulumi/aws/sqs";
import type { StackValidationPolicy } from "@pulumi/policy";

/** Messages that wait are files that do not arrive, and nobody reads a queue of his own accord. */
export const queuesHaveAlarms: StackValidationPolicy = {
  name: "queues-have-alarms",
  description: "Every queue has an alarm that tells somebody.",
  validateStack: ({ resources }, report) => {
    const alarms = resources.filter((resource) => resource.isType(cloudwatch.MetricAlarm)).map(({ props }) => props);
    for (const queue of resources.filter((resource) => resource.isType(sqs.Queue))) {
      const own = alarms.filter(
        ({ namespace, dimensions }) =>
          namespace === "AWS/SQS" && (dimensions as Record<string, string> | undefined)?.QueueName === queue.props.name,
      );
      if (own.length === 0) report(`the queue ${queue.name} has no alarm; add one on its length or age`, queue.urn);
      else if (!own.some(({ alarmActions, actionsEnabled }) => alarmActions?.length > 0 && actionsEnabled !== false)) {
        report(`the alarm of the queue ${queue.name} tells nobody; add alarmActions`, queue.urn);
      }
    }
  },
};
