import { describePartner, type PartnerDescription } from "../../domain/describe-partner";
import { printable } from "../../domain/printable";
import type { Command } from "../command";
import { reportFormats } from "../problem-report";
import { choosePartner, loadFolder } from "./load-folder";
import type { Session } from "./session";

const options = { partners: { type: "string", default: "partners" } } as const;

const usage = `npm run partner -- show [ID] [OPTIONS]

Says what a partner can do, who gets its files, and what it gets. Without an id and a terminal to ask on: all of them.

  --partners FOLDER  the partners folder; partners unless told`;

const headings: Record<keyof PartnerDescription, string> = {
  called: "People",
  login: "Login",
  keys: "Keys that may log in",
  folders: "Folders",
  gets: "What it gets",
  gives: "Who gets its files",
  destinations: "Its servers",
  notifications: "Who is told",
};

/** `npm run partner -- show`. */
export function showCommand([given]: readonly string[], session: Session): Command<typeof options> {
  const { print, warn, colours, warningColours } = session.terminal;
  return {
    usage,
    options,
    async run({ partners: path }) {
      const folder = await loadFolder(path);
      if (folder.problems.length > 0) {
        warn(
          reportFormats.text(
            { folder: path, partners: folder.partners.length, problems: folder.problems },
            warningColours,
          ),
        );
        return 1;
      }
      const isAll = given === undefined && !session.ask.isInteractive;
      const shown = isAll ? folder.partners : [await choosePartner(session.ask, folder, given)];
      for (const [index, partner] of shown.entries()) {
        if (index > 0) print("\n");
        print(`${colours.bold(printable(partner.settings.name))} (${partner.id})\n`);
        const description = describePartner(partner, folder.partners);
        for (const [part, heading] of Object.entries(headings)) {
          const sentences = description[part as keyof PartnerDescription];
          if (sentences.length > 0)
            print(`  ${heading}\n${sentences.map((line) => `    ${printable(line)}\n`).join("")}`);
        }
      }
      return 0;
    },
  };
}
