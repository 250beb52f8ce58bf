import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { physicalName } from "../program/physical-name";
import { readInputs } from "../program/read-inputs";
import type { Sns, Topic } from "./sns";
import type { Subscription } from "./subscription";
import { setTopicAttribute } from "./topic-attributes";

const topicInputs = z.strictObject({
  name: z.string().optional(),
  displayName: z.string().optional(),
  policy: z.string().optional(),
  kmsMasterKeyId: z.string().optional(),
  deliveryPolicy: z.string().optional(),
  tracingConfig: z.string().optional(),
  signatureVersion: z.number().optional(),
  fifoTopic: z.literal(false, "FIFO topics have no local stand-in").optional(),
  tags: z.record(z.string(), z.string()).default({}),
});

const topicPolicyInputs = z.strictObject({
  arn: z.string(),
  policy: z.union([z.string(), z.looseObject({})]),
});

const subscriptionInputs = z.strictObject({
  topic: z.string(),
  protocol: z.string(),
  endpoint: z.string(),
  filterPolicy: z.string().optional(),
  filterPolicyScope: z.string().optional(),
  rawMessageDelivery: z.boolean().optional(),
  redrivePolicy: z.string().optional(),
  confirmationTimeoutInMinutes: z.number().optional(),
  endpointAutoConfirms: z.boolean().optional(),
});

/** Topics, their policies and subscriptions, by Pulumi type token. */
export function snsHandlers(sns: Sns): ResourceHandlers {
  return {
    "aws:sns/topic:Topic": topicHandler(sns),
    "aws:sns/topicPolicy:TopicPolicy": topicPolicyHandler(sns),
    "aws:sns/topicSubscription:TopicSubscription": subscriptionHandler(sns),
  };
}

/** Id: the topic's ARN. */
function topicHandler(sns: Sns): ResourceHandler {
  const apply = (topic: Topic, inputs: Properties, previous: Properties, resource: string) => {
    const { displayName, policy, kmsMasterKeyId, tags, ...others } = readInputs(topicInputs, inputs, resource);
    const wanted = {
      ...{ DisplayName: displayName, KmsMasterKeyId: kmsMasterKeyId },
      ...{ DeliveryPolicy: others.deliveryPolicy, TracingConfig: others.tracingConfig },
      SignatureVersion: others.signatureVersion?.toString(),
      // A policy that this resource never set may belong to a TopicPolicy, and stays.
      ...((policy ?? previous.policy) !== undefined && { Policy: policy }),
    };
    for (const [name, value] of Object.entries(wanted)) setTopicAttribute(topic, name, value ?? "");
    topic.tags = tags;
    return {
      ...{ arn: topic.arn, name: topic.arn.split(":").at(-1), owner: sns.account.accountId },
      ...{ region: sns.account.region, tagsAll: { ...tags }, fifoTopic: false },
    };
  };
  return {
    async create(inputs, resourceName) {
      const name = readInputs(topicInputs, inputs, resourceName).name ?? physicalName(resourceName);
      if (sns.topics().some(({ arn }) => arn === sns.arnOf(name))) throw new Error(`the topic ${name} exists already`);
      const topic = sns.createTopic(name);
      try {
        return { id: topic.arn, outputs: apply(topic, inputs, {}, resourceName) };
      } catch (error) {
        sns.deleteTopic(topic.arn);
        throw error;
      }
    },
    exists: (id) => sns.topics().some(({ arn }) => arn === id),
    replaceOn: ["name"],
    async update(id, inputs, previous) {
      return { outputs: apply(sns.topic(id), inputs, previous, id) };
    },
    delete: async (id) => sns.deleteTopic(id),
  };
}

/** Id: the topic's ARN. */
function topicPolicyHandler(sns: Sns): ResourceHandler {
  const set = (inputs: Properties) => {
    const { arn, policy } = readInputs(topicPolicyInputs, inputs, "TopicPolicy");
    setTopicAttribute(sns.topic(arn), "Policy", typeof policy === "string" ? policy : JSON.stringify(policy));
    return { id: arn, outputs: { owner: sns.account.accountId, region: sns.account.region } };
  };
  return {
    create: async (inputs) => set(inputs),
    replaceOn: ["arn"],
    update: async (_id, inputs) => set(inputs),
    async delete(id) {
      const topic = sns.topics().find(({ arn }) => arn === id);
      if (topic) setTopicAttribute(topic, "Policy", "");
    },
  };
}

/** Id: the subscription's ARN. */
function subscriptionHandler(sns: Sns): ResourceHandler {
  const outputs = ({ arn, settings }: Subscription): Properties => ({
    ...{ arn, ownerId: sns.account.accountId, region: sns.account.region },
    ...{ pendingConfirmation: false, confirmationWasAuthenticated: true },
    ...{ filterPolicyScope: settings.filterPolicyScope, rawMessageDelivery: settings.rawMessageDelivery },
  });
  return {
    async create(inputs, resourceName) {
      const { topic, protocol, endpoint, ...settings } = readInputs(subscriptionInputs, inputs, resourceName);
      const subscription = sns.subscribe(topic, { protocol, endpoint, attributes: attributesOf(settings) });
      return { id: subscription.arn, outputs: outputs(subscription) };
    },
    replaceOn: ["topic", "protocol", "endpoint"],
    async update(id, inputs) {
      const subscription = sns.subscription(id);
      sns.setSubscriptionAttributes(subscription, attributesOf(readInputs(subscriptionInputs, inputs, id)));
      return { outputs: outputs(subscription) };
    },
    delete: async (id) => sns.unsubscribe(id),
  };
}

/** All settings, those that are not given at their defaults. */
const attributesOf = (inputs: Partial<z.infer<typeof subscriptionInputs>>): Record<string, string> => ({
  FilterPolicy: inputs.filterPolicy ?? "",
  FilterPolicyScope: inputs.filterPolicyScope ?? "MessageAttributes",
  RawMessageDelivery: String(inputs.rawMessageDelivery ?? false),
  RedrivePolicy: inputs.redrivePolicy ?? "",
});
