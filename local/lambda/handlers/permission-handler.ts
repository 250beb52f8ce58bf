import * as z from "zod";
import type { ResourceHandler } from "../../program/handler";
import { physicalName } from "../../program/physical-name";
import { readInputs } from "../../program/read-inputs";
import type { LambdaService } from "../lambda-service";

const permission = z.looseObject({
  function: z.string(),
  action: z.literal("lambda:InvokeFunction", "is the only action that the local Lambda checks"),
  principal: z.string(),
  sourceArn: z.string().optional(),
  sourceAccount: z.string().optional(),
  statementId: z.string().optional(),
  qualifier: z.undefined("is not implemented by the local Lambda").optional(),
  principalOrgId: z.undefined("is not implemented by the local Lambda").optional(),
  functionUrlAuthType: z.undefined("is not implemented by the local Lambda").optional(),
});

/** `aws:lambda/permission:Permission`. A change replaces it, as the provider does. */
export function permissionHandler(lambda: LambdaService): ResourceHandler {
  return {
    async create(inputs, name) {
      const { function: reference, statementId = physicalName(name), ...read } = readInputs(permission, inputs, name);
      lambda.addPermission(reference, statementId, read);
      return { id: statementId, outputs: { statementId } };
    },
    async delete(id, inputs) {
      lambda.removePermission(String(inputs.function), id);
    },
  };
}
