import { runAsProcess } from "./command";
import { writeSchemas } from "./write-schemas";

runAsProcess(writeSchemas);
