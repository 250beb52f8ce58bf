import { runAsProcess } from "./command";
import { planChanges } from "./plan-changes";

runAsProcess(planChanges);
