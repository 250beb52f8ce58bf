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
      'clinic/subscriptions/remittances.yaml:1:12: unknown file group "remittance"; did you mean "remittances"?',
      "todo.md:1:1: this file has no meaning here; delete it; here are partners' folders, file-groups.yaml and README.md, and nothing else",
    ],
  },
  {
    title: "wrong values in one file, and names in it that nobody knows",
    edits: [
      { in: claims, replace: "publisher: clinic", by: "publisher: clinc" },
      { in: claims, replace: "      to: csv", by: "      to: cvs" },
      { in: claims, replace: "destination: intake", by: "destination: intak" },
      { in: claims, replace: '"*.json"', by: "5" },
      { in: acme, replace: "  username: acme-edi", by: "  username: Acme" },
      { in: acme, replace: "203.0.113.0/24", by: "198.51.100.0/33" },
      { in: acme, replace: "access: upload", by: "access: uplaod" },
      { in: acme, replace: "fileGroup: remittances", by: "fileGroup: remittance" },
      { in: acme, replace: "    authentication: password", by: "    authentication: passwort" },
      { in: acme, replace: "4XtIwZ", by: "4XtIw" },
    ],
    problems: [
      'acme/partner.yaml:6:13: "login.username" cannot be "Acme"; use 3 to 100 of a-z, 0-9, _ . @ and -, with no . @ or - first (Transfer Family takes no other)',
      'acme/partner.yaml:8:7: "/33" is not a prefix length; use a number from 0 to 32',
      'acme/partner.yaml:11:13: "folders[0].access" cannot be "uplaod"; did you mean "upload"?',
      'acme/partner.yaml:12:16: unknown file group "remittance"; did you mean "remittances"?',
      'acme/partner.yaml:17:21: "destinations.intake.authentication" cannot be "passwort"; did you mean "password"?',
      "acme/partner.yaml:19:9: the key is damaged: its body is not base64; copy the whole line of the .pub file again",
      'acme/subscriptions/claims.yaml:2:12: unknown partner "clinc"; did you mean "clinic"?',
      'acme/subscriptions/claims.yaml:3:8: "match" is the number 5; it must be text; put it in quotes',
      'acme/subscriptions/claims.yaml:7:11: "transform[0].convert.to" cannot be "cvs"; did you mean "csv"?',
      'acme/subscriptions/claims.yaml:11:18: unknown destination "intak"; did you mean "intake"?',
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
