import { checkPartnerFiles } from "./check-partner-files";
import { runAsProcess } from "./command";

runAsProcess(checkPartnerFiles);
