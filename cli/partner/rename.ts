import { partnerAccess } from "../../domain/partner-access";
import { renamePartner } from "../../domain/partner-files/changes/rename-partner";
import { subscriptionFilesThatName } from "../../domain/partner-files/changes/subscription-files-that-name";
import { formerIds } from "../../domain/partner-files/former-ids";
import type { Command } from "../command";
import { idMistake } from "./ask-identity";
import { choosePartner, loadFolder } from "./load-folder";
import { pullRequest } from "./next-steps";
import { saveChanges } from "./save-changes";
import { commonOptions, commonUsage, type Session } from "./session";

const usage = `npm run partner -- rename [ID] [NEW-ID] [OPTIONS]

Gives a partner another id: moves its folder, declares its former id, and updates the subscriptions that name it. It
keeps its files, user name, password, secrets and history.

${commonUsage(21)}`;

/** `npm run partner -- rename`. */
export function renameCommand([given, givenNew]: readonly string[], session: Session): Command<typeof commonOptions> {
  return {
    usage,
    options: commonOptions,
    async run(values) {
      const folder = await loadFolder(values.partners);
      const partner = await choosePartner(session.ask, folder, given);
      const to = await session.ask.text({
        option: "NEW-ID",
        what: "Its new id",
        given: givenNew,
        // Its own former id may be its id again.
        mistake: (answer) => (formerIds(partner).includes(answer) ? undefined : idMistake(answer, folder)),
      });
      const { username, originalId } = partnerAccess(partner);
      const others = subscriptionFilesThatName(folder.files, partner.id);
      return saveChanges(session, {
        folder: values.partners,
        files: folder.files,
        changes: renamePartner(folder.files, partner.id, to),
        isDryRun: values["dry-run"] === true,
        next: [
          pullRequest("the rename"),
          ...(username === null ? [] : [`It still logs in as ${username}; nothing changes for its clients.`]),
          `Its files stay under ${originalId}/ in the bucket, and its secrets under that id: keep \`previously:\` for good.`,
          ...(others.length === 0
            ? []
            : [`Updated ${others.map(({ subscriber, name }) => `${subscriber}/${name}`).join(", ")}, which name it.`]),
        ],
      });
    },
  };
}
