import type { Problem } from "../problem";
import type { Check, Folder } from "./check";
import { destinationChecks } from "./destination-checks";
import { flowChecks } from "./flow-checks";
import { folderChecks } from "./folder-checks";
import { limitChecks } from "./limit-checks";
import { loginChecks } from "./login-checks";
import { notificationChecks } from "./notification-checks";
import { renameChecks } from "./rename-checks";
import { sampleChecks } from "./sample-checks";
import { subscriptionChecks } from "./subscription-checks";
import { transformChecks } from "./transform-checks";

/** The rules that hold between values and files, one sentence each. All are run; each reports all it finds. */
export const checks: Record<string, Check> = {
  ...loginChecks,
  ...folderChecks,
  ...destinationChecks,
  ...subscriptionChecks,
  ...transformChecks,
  ...sampleChecks,
  ...notificationChecks,
  ...renameChecks,
  ...flowChecks,
  ...limitChecks,
};

export function checkPartners(folder: Folder): Problem[] {
  const problems: Problem[] = [];
  for (const check of Object.values(checks)) {
    check(folder, ({ isWrong, ...problem }) => {
      if (!isWrong) problems.push(problem);
    });
  }
  return problems;
}
