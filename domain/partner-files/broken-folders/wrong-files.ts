import type { BrokenFolder } from "./broken-folder";
import { acme, claims, clinic, groups, otherKey, remittances } from "./sound-folder";

/** Files under wrong names, or whose content is none of their kind. */
export const wrongFiles: BrokenFolder[] = [
  {
    title: "files with the other ending of YAML",
    edits: [
      { rename: acme, to: "acme/partner.yml" },
      { rename: remittances, to: "clinic/subscriptions/remittances.yml" },
    ],
    problems: [
      "acme/partner.yml:1:1: this file has no meaning here; rename it to partner.yaml",
      "clinic/subscriptions/remittances.yml:1:1: this file has no meaning here; rename it to remittances.yaml",
    ],
  },
  {
    title: "files that have no meaning",
    edits: [
      { write: "notes.txt", as: "" },
      { write: "acme/contract.pdf", as: "%PDF" },
      { write: "acme/keys/edi.ppk", as: "PuTTY" },
      { write: "acme/subscriptions/old/claims.yaml", as: "" },
      { rename: "acme/transforms/claims.sql", to: "acme/transforms/claims.SQL" },
    ],
    problems: [
      "acme/contract.pdf:1:1: this file has no meaning here; a partner has partner.yaml, subscriptions/*.yaml, keys/*.pub, transforms/*.sql and samples/; rename or delete it",
      "acme/keys/edi.ppk:1:1: this file has no meaning here; a partner has partner.yaml, subscriptions/*.yaml, keys/*.pub, transforms/*.sql and samples/; rename or delete it",
      "acme/subscriptions/old/claims.yaml:1:1: this file has no meaning here; a partner has partner.yaml, subscriptions/*.yaml, keys/*.pub, transforms/*.sql and samples/; rename or delete it",
      "acme/transforms/claims.SQL:1:1: this file has no meaning here; a partner has partner.yaml, subscriptions/*.yaml, keys/*.pub, transforms/*.sql and samples/; rename or delete it",
      "notes.txt:1:1: this file has no meaning here; delete it; here are partners' folders, file-groups.yaml and README.md, and nothing else",
    ],
  },
  {
    title: "a folder that is no partner",
    edits: [{ write: "docs/architecture/notes.md", as: "" }],
    problems: ['docs/partner.yaml:1:1: the folder "docs" has no partner.yaml; create it, or delete the folder'],
  },
  {
    title: "a partner without its partner.yaml, whose other files are read all the same",
    edits: [{ remove: acme }, { in: claims, replace: "      to: csv", by: "      to: xlsx" }],
    problems: [
      'acme/partner.yaml:1:1: the folder "acme" has no partner.yaml; create it, or delete the folder',
      'acme/subscriptions/claims.yaml:7:11: "transform[0].convert.to" cannot be "xlsx"; use one of "csv", "json", "ndjson", "parquet"',
    ],
  },
  {
    title: "a folder whose name is no partner id",
    edits: [
      { rename: clinic, to: "Clinic_1/partner.yaml" },
      { rename: remittances, to: "Clinic_1/subscriptions/remittances.yaml" },
    ],
    problems: [
      'Clinic_1/partner.yaml:1:1: "Clinic_1" is not a partner id; name the folder otherwise: use 3 to 32 lower-case letters, digits and hyphens, with a letter first',
    ],
  },
  {
    title: "a subscription whose name is none",
    edits: [{ rename: claims, to: "acme/subscriptions/Claims 2026.yaml" }],
    problems: [
      'acme/subscriptions/Claims 2026.yaml:1:1: "Claims 2026" is not a subscription name; name the file with 2 to 40 lower-case letters, digits and hyphens, with a letter first',
    ],
  },
  {
    title: "no catalogue of file groups",
    edits: [{ remove: groups }],
    problems: ["file-groups.yaml:1:1: the catalogue of file groups is missing; create it with a key `fileGroups`"],
  },
  {
    title: "a private key",
    edits: [
      {
        write: "acme/keys/edi.pub",
        as: "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
      },
    ],
    problems: [
      "acme/keys/edi.pub:1:1: this is a private key; remove it from Git and its history, have the partner make a new pair, and commit only the .pub half",
    ],
  },
  {
    title: "keys that cannot log in",
    edits: [
      { write: "acme/keys/edi.pub", as: "" },
      { write: "acme/keys/old.pub", as: "ssh-dss AAAAB3NzaC1kc3MAAACBAPlHIP5s edi@acme.example\n" },
      { write: "acme/keys/cut.pub", as: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIYiQFJSt5wl" },
      { write: "acme/keys/two.pub", as: `${otherKey}\n${otherKey}\n` },
    ],
    problems: [
      "acme/keys/cut.pub:1:1: the key is damaged: its body ends too early or has bytes left over; copy the whole line of the .pub file again",
      "acme/keys/edi.pub:1:1: there is no key here; put the public key here, or delete this",
      "acme/keys/old.pub:1:1: DSA keys are no longer safe; ask for an Ed25519, ECDSA or RSA key",
      "acme/keys/two.pub:1:1: a key is one line, and here are more; give each key a file, or a list entry, of its own",
    ],
  },
  {
    title: "samples at places where they mean nothing",
    edits: [
      { write: "acme/samples/uploads/remit.csv", as: "" },
      { write: "acme/samples/old/claims.json", as: "" },
      { write: "acme/samples/prices.expected.csv", as: "" },
    ],
    problems: [
      "acme/samples/old/claims.json:1:1: samples have no folder of this name; use samples/uploads/…, or put the file into samples/ itself",
      "acme/samples/prices.expected.csv:1:1: this expected result has no sample; add the sample it is the result of, or delete it",
      "acme/samples/uploads/remit.csv:1:1: this upload lies in no folder; put it where the partner would, like samples/uploads/claims/FILE",
    ],
  },
];
