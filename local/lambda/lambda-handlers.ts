import type { ResourceHandlers } from "../program/handler";
import { eventInvokeConfigHandler } from "./handlers/event-invoke-config-handler";
import { eventSourceMappingHandler } from "./handlers/event-source-mapping-handler";
import { functionHandler } from "./handlers/function-handler";
import { invocationHandler } from "./handlers/invocation-handler";
import { permissionHandler } from "./handlers/permission-handler";
import type { LambdaService } from "./lambda-service";

export function lambdaHandlers(lambda: LambdaService): ResourceHandlers {
  return {
    "aws:lambda/function:Function": functionHandler(lambda),
    "aws:lambda/permission:Permission": permissionHandler(lambda),
    "aws:lambda/eventSourceMapping:EventSourceMapping": eventSourceMappingHandler(lambda),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": eventInvokeConfigHandler(lambda),
    "aws:lambda/invocation:Invocation": invocationHandler(lambda),
  };
}
