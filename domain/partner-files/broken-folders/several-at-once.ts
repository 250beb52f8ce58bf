import type { BrokenFolder } from "./broken-folder";
import { acme, claims, clinic, groups, remittances } from "./sound-folder";

/** Where one mistake could seem to be many, and where there are many. */
export const severalAtOnce: BrokenFolder[] = [
  {
    title: "many at once, over several files",
    edits: [
      { in: acme, replace: "destinations:", by: "desinations:" },
      { in: claims, replace: "      to: csv", by: "      to: cvs" },
      { in: clinic, replace: "  passwordVersion: 1", by: "  passwordVersion: one" },
      { in: remittances, replace: "fileGroup: remittances", by: "fileGroup: remittance" },
      { write: "acme/keys/old.pub", as: "ssh-dss AAAA" },
      { write: "todo.md", as: "" },
    ],
    problems: [
      "acme/keys/old.pub:1:1: DSA keys are no longer safe; ask for an Ed25519, ECDSA or RSA key",
      'acme/partner.yaml:13:1: unknown key "desinations"; did you mean "destinations"?',
      'acme/subscriptions/claims.yaml:7:11: "transform[0].convert.to" cannot be "cvs"; did you mean "csv"?',
      'clinic/partner.yaml:6:20: "login.passwordVersion" is text; it must be a number',
      "todo.md:1:1: this file has no meaning here; move it into a partner's folder, or delete it",
    ],
  },
  {
    title: "a partner.yaml that cannot be read, and nothing said of what hangs on it",
    edits: [{ in: acme, replace: "name: Acme Health Plan", by: "name: [Acme" }],
    problems: ["acme/partner.yaml:1:7: this [ is never closed; close it on the same line"],
  },
  {
    title: "a subscription that cannot be read, and nothing said of what hangs on it",
    edits: [{ in: claims, replace: "fileGroup: claims", by: "fileGroup: [claims" }],
    problems: ["acme/subscriptions/claims.yaml:1:12: this [ is never closed; close it on the same line"],
  },
  {
    title: "a catalogue that cannot be read, and nothing said of what hangs on it",
    edits: [{ in: groups, replace: "    description: Medical claims", by: "    description: [Medical claims" }],
    problems: ["file-groups.yaml:3:18: this [ is never closed; close it on the same line"],
  },
  {
    title: "a publisher whose partner.yaml cannot be read",
    edits: [{ in: clinic, replace: "access: upload", by: "access: uplaod" }],
    problems: ['clinic/partner.yaml:9:13: "folders[0].access" cannot be "uplaod"; did you mean "upload"?'],
  },
];
