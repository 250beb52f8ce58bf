import { join } from "node:path";

/** What Node is given, in any folder, before the path of a TypeScript file, as npm's scripts do. */
export const loadTypescript = ["--require", join(__dirname, "../load-typescript.cjs")];
