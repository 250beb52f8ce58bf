import { apiGatewayHandlers } from "../api-gateway/api-gateway-handlers";
import { batchHandlers } from "../batch/batch-handlers";
import { cognitoHandlers } from "../cognito/cognito-handlers";
import { ecrHandlers } from "../ecr/ecr-handlers";
import { efsHandlers } from "../efs/efs-handlers";
import { eventBridgeHandlers } from "../eventbridge/handlers";
import { guardDutyHandlers } from "../guardduty/guardduty-handlers";
import { lambdaHandlers } from "../lambda/lambda-handlers";
import type { ResourceHandlers } from "../program/handler";
import { rdsHandlers } from "../rds/rds-handlers";
import { recordedHandlers } from "../recorded/recorded-handlers";
import { s3Handlers } from "../s3/s3-handlers";
import { secretsManagerHandlers } from "../secrets-manager/handlers";
import { snsHandlers } from "../sns/handlers";
import { sqsHandlers } from "../sqs/handlers";
import { transferHandlers } from "../transfer/transfer-handlers";
import type { StandInServices } from "./stand-ins";

/** What puts the program's resources onto the stand-ins, by Pulumi type token. */
export function standInHandlers(standIns: StandInServices): ResourceHandlers {
  return {
    ...recordedHandlers(standIns.account),
    ...apiGatewayHandlers(standIns.gateway),
    ...batchHandlers(standIns.batch),
    ...cognitoHandlers(standIns.cognito),
    ...ecrHandlers(standIns.images),
    ...efsHandlers(standIns.files),
    ...eventBridgeHandlers(standIns.events),
    ...guardDutyHandlers(standIns.protection),
    ...lambdaHandlers(standIns.lambda),
    ...rdsHandlers(standIns.databases),
    ...s3Handlers(standIns.s3),
    ...secretsManagerHandlers(standIns.secrets),
    ...snsHandlers(standIns.topics),
    ...sqsHandlers(standIns.queues),
    ...transferHandlers(standIns.transfer),
  };
}
