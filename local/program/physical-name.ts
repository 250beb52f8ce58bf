import { randomBytes } from "node:crypto";

/** The name a resource gets where the program gives none: its Pulumi name and seven random digits, as Pulumi does. */
export function physicalName(resourceName: string): string {
  return `${resourceName}-${randomBytes(4).toString("hex").slice(0, 7)}`;
}
