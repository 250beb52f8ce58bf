import * as sqs from "@pulumi/aws/sqs";
import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

/** A message that nobody can handle must end where somebody looks, not vanish with its retention. */
export const queuesHaveDeadLetters: StackValidationPolicy = {
  name: "queues-have-dead-letters",
  description:
    "Every queue gives up into a dead-letter queue of the stack, which keeps messages longer than an attempt.",
  validateStack: ({ resources }, report) => {
    const queues = resources.filter((resource) => resource.isType(sqs.Queue));
    const targets = new Set(queues.map(deadLetterTarget));
    for (const queue of queues) {
      const target = deadLetterTarget(queue);
      // Dead letters go nowhere else.
      if (target === undefined && targets.has(queue.props.arn)) continue;
      if (target === undefined)
        report(`the queue ${queue.name} has no dead-letter queue; add a redrivePolicy`, queue.urn);
      else if (!queues.some(({ props }) => props.arn === target)) {
        report(`the dead-letter queue of ${queue.name}, ${target}, is none of this stack's`, queue.urn);
      }
    }
  },
};

function deadLetterTarget({ props }: PolicyResource): string | undefined {
  if (!props.redrivePolicy) return undefined;
  return (JSON.parse(String(props.redrivePolicy)) as { deadLetterTargetArn?: string }).deadLetterTargetArn;
}
