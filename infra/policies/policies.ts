import type { Policies } from "@pulumi/policy";
import { bucketsAreEncrypted } from "./buckets-are-encrypted";
import { bucketsArePrivate } from "./buckets-are-private";
import { bucketsTakeTlsOnly } from "./buckets-take-tls-only";
import { defaultTags } from "./default-tags";
import { encryptedAtRest } from "./encrypted-at-rest";
import { logRetention } from "./log-retention";
import { noClearText } from "./no-clear-text";
import { noPublicAccess } from "./no-public-access";
import { noPublicPolicies } from "./no-public-policies";
import { noWildcardPermissions } from "./no-wildcard-permissions";
import { protectedState } from "./protected-state";
import { queuesHaveAlarms } from "./queues-have-alarms";
import { queuesHaveDeadLetters } from "./queues-have-dead-letters";
import { tlsOnly } from "./tls-only";

/** All rules of the pack. A rule on one resource stops a deployment before that resource is touched. */
export const policies: Policies = [
  encryptedAtRest,
  bucketsAreEncrypted,
  bucketsArePrivate,
  bucketsTakeTlsOnly,
  noPublicAccess,
  noPublicPolicies,
  tlsOnly,
  noClearText,
  logRetention,
  noWildcardPermissions,
  defaultTags,
  protectedState,
  queuesHaveDeadLetters,
  queuesHaveAlarms,
];
