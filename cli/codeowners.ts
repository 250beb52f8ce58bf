import { runAsProcess } from "./command";
import { codeownersCommand } from "./write-codeowners";

runAsProcess(codeownersCommand);
