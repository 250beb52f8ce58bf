import { describePartner } from "../../domain/describe-partner";
import { removePartner } from "../../domain/partner-files/changes/remove-partner";
import { subscriptionFilesThatName } from "../../domain/partner-files/changes/subscription-files-that-name";
import type { Command } from "../command";
import { choosePartner, loadFolder } from "./load-folder";
import { pullRequest } from "./next-steps";
import { saveChanges } from "./save-changes";
import { commonOptions, commonUsage, type Session } from "./session";

const options = {
  ...commonOptions,
  "force-references": { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
} as const;

const usage = `npm run partner -- remove [ID] [OPTIONS]

Removes a partner's folder, and says who is affected. Its files in the bucket and its history stay.

  --force-references  also remove the subscriptions of others that name it as their publisher, with the SQL, samples and
                      destinations that only they use; without, it refuses while there are any
  --yes               do not ask; needed where nobody can be asked
${commonUsage(22)}`;

/** `npm run partner -- remove`. */
export function removeCommand([given]: readonly string[], session: Session): Command<typeof options> {
  const { ask, terminal } = session;
  return {
    usage,
    options,
    async run(values) {
      const folder = await loadFolder(values.partners);
      const partner = await choosePartner(ask, folder, given);
      const { gets, gives } = describePartner(partner, folder.partners);
      terminal.print(`${partner.settings.name} (${partner.id})\n`);
      for (const line of gets) terminal.print(`  no longer gets ${line}\n`);
      for (const line of gives) terminal.print(`  no longer sends ${line}\n`);
      const references = subscriptionFilesThatName(folder.files, partner.id).filter(
        ({ subscriber }) => subscriber !== partner.id,
      );
      for (const { file } of references) terminal.print(`  named as the publisher in ${values.partners}/${file}\n`);
      if (references.length > 0 && !values["force-references"]) {
        terminal.warn(
          "Refused: these subscriptions would never get a file again. Change or delete them first, or remove them too " +
            "with --force-references. Nothing was written.\n",
        );
        return 1;
      }
      if (!values.yes) {
        if (!ask.isInteractive) throw new Error(`--yes is missing: say that ${partner.id} may be removed; see --help`);
        if (!(await ask.confirm(`Remove ${partner.id}`, { fallback: false, otherwise: false }))) {
          terminal.print("Nothing was written.\n");
          return 1;
        }
      }
      return saveChanges(session, {
        folder: values.partners,
        files: folder.files,
        changes: removePartner(folder.files, folder.partners, partner.id, { references: true }),
        isDryRun: values["dry-run"] === true,
        next: [
          pullRequest("the removal"),
          "Where it removes more than a tenth of the partners or logins, the plan refuses until somebody allows removals.",
          "The deployment disables the login and cancels what waits for delivery. Files in the bucket and the ledger stay.",
        ],
      });
    },
  };
}
