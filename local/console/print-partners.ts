import { partnerAccess } from "../../domain/partner-access";
import type { Partner } from "../../domain/partner-files/partner";
import type { Session } from "../session";
import { partnerLines } from "./partner-lines";

/** A paragraph for each partner: what it can do, and how to log in. */
export function printPartners({ terminal, demonstration }: Session, partners: readonly Partner[]): void {
  for (const access of partners.map(partnerAccess)) {
    terminal.paragraph();
    for (const line of partnerLines(access.entitlements, demonstration.hereOf(access), terminal)) terminal.line(line);
  }
}
