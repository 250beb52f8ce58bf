import { originalId } from "./former-ids";
import type { Partner } from "./partner";

/** The user name that a partner logs in with; undefined where it has no login. */
export const usernameOf = (partner: Pick<Partner, "id" | "settings">): string | undefined =>
  partner.settings.login && (partner.settings.login.username ?? originalId(partner));
