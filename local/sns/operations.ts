import { AwsError } from "../aws-endpoint/aws-error";
import { authorizeKeyUse } from "../aws-endpoint/key-use";
import type { QueryOperation, QueryParameters } from "../aws-endpoint/query-protocol";
import type { AwsCall } from "../aws-endpoint/service";
import { XmlMap } from "../aws-endpoint/xml";
import type { MessageAttributes } from "../sqs/message";
import type { Publication } from "./notification";
import type { Sns, Topic } from "./sns";
import { type Subscription, subscriptionAttributes } from "./subscription";
import { setTopicAttribute, topicAttributes } from "./topic-attributes";

type Operations = Record<string, QueryOperation>;
type Authorized = (call: AwsCall, action: string, topicArn: string) => Topic;

/** SNS's operations over the wire, by their names. */
export function snsOperations(sns: Sns): Operations {
  const authorized: Authorized = (call, action, topicArn) => {
    const resourcePolicy = sns.topics().find(({ arn }) => arn === topicArn)?.attributes.Policy;
    call.authorize({ action: `sns:${action}`, resource: topicArn, resourcePolicy });
    const topic = sns.topic(topicArn);
    if (action === "Publish") {
      authorizeKeyUse(call, {
        ...{ keyId: topic.attributes.KmsMasterKeyId, actions: ["kms:GenerateDataKey", "kms:Decrypt"], service: "sns" },
        accountId: sns.account.accountId,
        encryptionContext: { "aws:sns:topicArn": topicArn },
      });
    }
    return topic;
  };
  return {
    ...topicOperations(sns, authorized),
    ...tagOperations(authorized),
    ...subscriptionOperations(sns, authorized),
    ...publishOperations(sns, authorized),
  };
}

function topicOperations(sns: Sns, authorized: Authorized): Operations {
  return {
    CreateTopic: {
      parameters: ["Name", "Attributes", "Tags"],
      run(parameters, call) {
        const name = parameters.required("Name");
        call.authorize({ action: "sns:CreateTopic", resource: sns.arnOf(name) });
        const topic = sns.createTopic(name);
        for (const [key, value] of Object.entries(parameters.map("Attributes"))) setTopicAttribute(topic, key, value);
        Object.assign(topic.tags, readTags(parameters));
        return { TopicArn: topic.arn };
      },
    },
    DeleteTopic: {
      parameters: ["TopicArn"],
      run(parameters, call) {
        const topicArn = parameters.required("TopicArn");
        call.authorize({ action: "sns:DeleteTopic", resource: topicArn });
        sns.deleteTopic(topicArn);
        return undefined;
      },
    },
    ListTopics: {
      parameters: [],
      run(_parameters, call) {
        call.authorize({ action: "sns:ListTopics", resource: "*" });
        return { Topics: sns.topics().map(({ arn }) => ({ TopicArn: arn })) };
      },
    },
    GetTopicAttributes: {
      parameters: ["TopicArn"],
      run(parameters, call) {
        const topic = authorized(call, "GetTopicAttributes", parameters.required("TopicArn"));
        const confirmed = sns.subscriptionsOf(topic.arn).length;
        return { Attributes: new XmlMap(topicAttributes(topic, sns.account, confirmed)) };
      },
    },
    SetTopicAttributes: {
      parameters: ["TopicArn", "AttributeName", "AttributeValue"],
      run(parameters, call) {
        const topic = authorized(call, "SetTopicAttributes", parameters.required("TopicArn"));
        setTopicAttribute(topic, parameters.required("AttributeName"), parameters.optional("AttributeValue") ?? "");
        return undefined;
      },
    },
  };
}

function tagOperations(authorized: Authorized): Operations {
  return {
    TagResource: {
      parameters: ["ResourceArn", "Tags"],
      run(parameters, call) {
        const { tags } = authorized(call, "TagResource", parameters.required("ResourceArn"));
        Object.assign(tags, readTags(parameters));
        return {};
      },
    },
    UntagResource: {
      parameters: ["ResourceArn", "TagKeys"],
      run(parameters, call) {
        const { tags } = authorized(call, "UntagResource", parameters.required("ResourceArn"));
        for (const key of parameters.items("TagKeys")) delete tags[key.required("")];
        return {};
      },
    },
    ListTagsForResource: {
      parameters: ["ResourceArn"],
      run(parameters, call) {
        const { tags } = authorized(call, "ListTagsForResource", parameters.required("ResourceArn"));
        return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
      },
    },
  };
}

function subscriptionOperations(sns: Sns, authorized: Authorized): Operations {
  const ofSubscription = (parameters: QueryParameters, call: AwsCall, action: string): Subscription => {
    const subscription = sns.subscription(parameters.required("SubscriptionArn"));
    authorized(call, action, subscription.topicArn);
    return subscription;
  };
  const listed = ({ arn, topicArn, protocol, endpoint }: Subscription) => ({
    ...{ TopicArn: topicArn, Protocol: protocol, SubscriptionArn: arn },
    ...{ Owner: sns.account.accountId, Endpoint: endpoint },
  });
  return {
    Subscribe: {
      parameters: ["TopicArn", "Protocol", "Endpoint", "Attributes", "ReturnSubscriptionArn"],
      run(parameters, call) {
        const topic = authorized(call, "Subscribe", parameters.required("TopicArn"));
        const subscription = sns.subscribe(topic.arn, {
          protocol: parameters.required("Protocol"),
          endpoint: parameters.required("Endpoint"),
          attributes: parameters.map("Attributes"),
        });
        return { SubscriptionArn: subscription.arn };
      },
    },
    Unsubscribe: {
      parameters: ["SubscriptionArn"],
      run(parameters, call) {
        sns.unsubscribe(ofSubscription(parameters, call, "Unsubscribe").arn);
        return undefined;
      },
    },
    GetSubscriptionAttributes: {
      parameters: ["SubscriptionArn"],
      run(parameters, call) {
        const subscription = ofSubscription(parameters, call, "GetSubscriptionAttributes");
        const attributes = {
          ...listed(subscription),
          PendingConfirmation: "false",
          ...subscriptionAttributes(subscription),
        };
        return { Attributes: new XmlMap(attributes) };
      },
    },
    SetSubscriptionAttributes: {
      parameters: ["SubscriptionArn", "AttributeName", "AttributeValue"],
      run(parameters, call) {
        const subscription = ofSubscription(parameters, call, "SetSubscriptionAttributes");
        const name = parameters.required("AttributeName");
        sns.setSubscriptionAttributes(subscription, { [name]: parameters.optional("AttributeValue") ?? "" });
        return undefined;
      },
    },
    ListSubscriptions: {
      parameters: [],
      run(_parameters, call) {
        call.authorize({ action: "sns:ListSubscriptions", resource: "*" });
        return { Subscriptions: sns.subscriptions().map(listed) };
      },
    },
    ListSubscriptionsByTopic: {
      parameters: ["TopicArn"],
      run(parameters, call) {
        const { arn } = authorized(call, "ListSubscriptionsByTopic", parameters.required("TopicArn"));
        return { Subscriptions: sns.subscriptionsOf(arn).map(listed) };
      },
    },
  };
}

const publicationParameters = ["Message", "Subject", "MessageAttributes", "MessageStructure"];

function publishOperations(sns: Sns, authorized: Authorized): Operations {
  return {
    Publish: {
      parameters: ["TopicArn", "TargetArn", ...publicationParameters],
      run(parameters, call) {
        const topicArn = parameters.optional("TopicArn") ?? parameters.required("TargetArn");
        authorized(call, "Publish", topicArn);
        return { MessageId: sns.publish(topicArn, readPublication(parameters)) };
      },
    },
    PublishBatch: {
      parameters: ["TopicArn", "PublishBatchRequestEntries"],
      run(parameters, call) {
        const { arn } = authorized(call, "Publish", parameters.required("TopicArn"));
        const entries = parameters.items("PublishBatchRequestEntries");
        refuseBatch(entries.map((entry) => entry.required("Id")));
        const Successful: { Id: string; MessageId: string }[] = [];
        const Failed: { Id: string; Code: string; Message: string; SenderFault: boolean }[] = [];
        for (const entry of entries) {
          const Id = entry.required("Id");
          try {
            entry.refuseAllBut(["Id", ...publicationParameters]);
            Successful.push({ Id, MessageId: sns.publish(arn, readPublication(entry)) });
          } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: error.status < 500 });
          }
        }
        return { Successful, Failed };
      },
    },
  };
}

function readPublication(parameters: QueryParameters): Publication {
  const structure = parameters.optional("MessageStructure");
  if (structure !== undefined && structure !== "json") {
    throw new AwsError("InvalidParameter", "Invalid parameter: MessageStructure");
  }
  return {
    message: parameters.required("Message"),
    subject: parameters.optional("Subject"),
    messageStructure: structure,
    attributes: readAttributes(parameters.items("MessageAttributes")),
  };
}

function readAttributes(entries: QueryParameters[]): MessageAttributes {
  return Object.fromEntries(
    entries.map((entry) => {
      const name = entry.required("Name");
      const dataType = entry.required("Value.DataType");
      const stringValue = entry.optional("Value.StringValue");
      const binary = entry.optional("Value.BinaryValue");
      if (
        !/^(String|Number|Binary)(\..+)?$/.test(dataType) ||
        (dataType.startsWith("Binary") ? binary : stringValue) === undefined
      ) {
        throw new AwsError(
          "ParameterValueInvalid",
          `The message attribute '${name}' has no value of its type ${dataType}.`,
        );
      }
      return [
        name,
        { dataType, stringValue, binaryValue: binary === undefined ? undefined : Buffer.from(binary, "base64") },
      ];
    }),
  );
}

const readTags = (parameters: QueryParameters): Record<string, string> =>
  Object.fromEntries(parameters.items("Tags").map((tag) => [tag.required("Key"), tag.required("Value")]));

function refuseBatch(ids: string[]): void {
  if (ids.length === 0) throw new AwsError("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  if (ids.length > 10) {
    throw new AwsError("TooManyEntriesInBatchRequest", "The batch request contains more than 10 entries.");
  }
  if (new Set(ids).size < ids.length) {
    throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
  }
}
