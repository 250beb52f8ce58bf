import type { BrokenFolder } from "./broken-folder";
import { acme, claims, clinic, type Edit, remittances } from "./sound-folder";

/** A valid Ed25519 public key for each number. */
function keyNumber(number: number): string {
  const body = Buffer.concat([
    Buffer.from([0, 0, 0, 11]),
    Buffer.from("ssh-ed25519"),
    Buffer.from([0, 0, 0, 32]),
    Buffer.alloc(32, `key ${number} `),
  ]);
  return `ssh-ed25519 ${body.toString("base64")}\n`;
}

const secretFix = "take it out of Git and its history and have it revoked; secrets belong into Secrets Manager";
const hiddenFix = "delete it; Git commits it, hidden or not";
const secondSubscription = (text: string): Edit => ({ write: "clinic/subscriptions/again.yaml", as: text });

/** One or more for each rule about renames, flows and limits, and for secrets and paths. */
export const brokenFlowsAndLimits: BrokenFolder[] = [
  {
    check: "A former id is nobody's id any more",
    title: "a partner that was renamed and is still there",
    edits: [{ in: acme, replace: "contacts:", by: "previously: clinic\ncontacts:" }],
    problems: [
      'acme/partner.yaml:2:13: there still is a partner "clinic"; a renamed partner has one folder: delete partners/clinic/, or remove `previously` if they are two',
    ],
  },
  {
    check: "A former id is nobody's id any more",
    title: "two partners that claim one past, and one that claims its present",
    edits: [
      { in: acme, replace: "contacts:", by: "previously: [old-name, older, old-name, acme]\ncontacts:" },
      { in: clinic, replace: "contacts:", by: "previously: older\ncontacts:" },
    ],
    problems: [
      'acme/partner.yaml:2:31: "old-name" is listed twice; list each former id once',
      'acme/partner.yaml:2:41: "acme" is the partner\'s id now; name the id that it had before',
      'clinic/partner.yaml:2:13: acme was "older" before, too; only one partner keeps the files and history of a former id; remove it from the other',
    ],
  },
  {
    title: "a former id that is none",
    edits: [
      { in: acme, replace: "contacts:", by: "previously: 5\ncontacts:" },
      { in: clinic, replace: "contacts:", by: "previously: [Clinic One]\ncontacts:" },
    ],
    problems: [
      'acme/partner.yaml:2:13: "previously" cannot be 5; write the former id, or a list of all former ids, the oldest first',
      'clinic/partner.yaml:2:14: "previously[0]" cannot be "Clinic One"; use 3 to 32 lower-case letters, digits and hyphens, with a letter first',
    ],
  },
  {
    check: "A match takes names that are routed",
    title: "a match for uploads that are not finished",
    edits: [{ in: claims, replace: '"*.json"', by: '"claims-*.part"' }],
    problems: [
      "acme/subscriptions/claims.yaml:3:8: files named *.part are uploads that are not finished, and never delivered; match the name that the file has in the end",
    ],
  },
  {
    check: "An expected result is what its subscription can write",
    title: "expected results that no subscription writes",
    edits: [
      { rename: "acme/samples/claims.expected.csv", to: "acme/samples/claims.expected.json" },
      { write: "clinic/samples/remittances.csv", as: "claim,paid_usd\n" },
      { write: "clinic/samples/remittances.expected.csv", as: "claim\n" },
    ],
    problems: [
      "acme/samples/claims.expected.json:1:1: acme/claims writes csv; rename this file to claims.expected.csv",
      "clinic/samples/remittances.expected.csv:1:1: clinic/remittances transforms nothing, so clinic/samples/remittances.csv arrives as it is; add a `transform:` to the subscription, or delete this file",
    ],
  },
  {
    check: "A match fits the samples of its publishers",
    title: "a match that no sample of the publisher has",
    edits: [{ in: remittances, replace: "deliver:", by: 'match: "*.xml"\ndeliver:' }],
    problems: [
      'clinic/subscriptions/remittances.yaml:2:8: no sample of remittances has such a name; there is "remit.csv"; correct the glob, or add a sample that it takes to the publisher\'s samples/uploads/',
    ],
  },
  {
    check: "An upload sample has a name that is routed",
    title: "a sample under the name of an unfinished upload",
    edits: [
      { rename: "acme/samples/uploads/remittances/remit.csv", to: "acme/samples/uploads/remittances/remit.csv.tmp" },
    ],
    problems: [
      "acme/samples/uploads/remittances/remit.csv.tmp:1:1: files named *.tmp are uploads that are not finished, and never delivered; give the sample the name that the file has in the end",
    ],
  },
  {
    check: "No file arrives twice under one name",
    title: "two subscriptions that place the same files",
    edits: [
      secondSubscription(
        'fileGroup: remittances\npublisher: acme\nmatch: "remit*"\ndeliver:\n  place:\n    virtualPath: /remittances\n',
      ),
    ],
    problems: [
      'clinic/subscriptions/remittances.yaml:2:1: a file "remit" would arrive twice under one name: "again" puts it there, too; narrow `match` or `publisher` of one of them, or give it another folder or `fileName`',
    ],
  },
  {
    check: "No file arrives twice under one name",
    title: "two subscriptions that push the same files, to one folder written in two ways",
    edits: [
      {
        write: "acme/subscriptions/twice.yaml",
        as: 'fileGroup: claims\nmatch: "[0-9]*"\ndeliver:\n  push:\n    destination: intake\n    remotePath: ./inbox/\n    fileName: "{publisher}-{stem}.csv"\n',
      },
    ],
    problems: [
      'acme/subscriptions/twice.yaml:3:1: a file "0.json" would arrive twice under one name: "claims" puts it there, too; narrow `match` or `publisher` of one of them, or give it another folder or `fileName`',
    ],
  },
  {
    check: "A login of the internal endpoint has at most 50 keys",
    title: "an internal login with 51 keys",
    edits: [
      { in: clinic, replace: "  passwordVersion: 1", by: "  endpoint: internal" },
      ...Array.from({ length: 51 }, (_, index) => ({
        write: `clinic/keys/key-${index}.pub`,
        as: keyNumber(index),
      })),
    ],
    problems: [
      "clinic/partner.yaml:5:1: this login has 51 keys, and Transfer Family takes 50 for a user; delete the keys that are not in use",
    ],
  },
  {
    check: "At most 200 addresses are notified",
    title: "more notifications than a topic filters for",
    edits: [
      {
        in: clinic,
        replace: "login:",
        by: `notifications:\n${Array.from({ length: 200 }, (_, index) => `  - {email: a${index}@clinic.example, events: [transfer.held]}\n`).join("")}login:`,
      },
    ],
    problems: [
      "clinic/partner.yaml:205:5: this is notification 201 of all partners, and an SNS topic filters for 200; use one mailing list for several addresses",
    ],
  },
  {
    check: "A partner's entitlements fit into one invocation",
    title: "SQL that no invocation takes",
    edits: [{ write: "acme/transforms/claims.sql", as: `SELECT ${"1 + \n".repeat(1_300_000)} 1` }],
    problems: [
      "acme/partner.yaml:1:1: what this partner may do takes 7.4 MiB, and a Lambda invocation takes 5.9 MiB; shorten the SQL under transforms/, or spread the subscriptions over two partners",
    ],
  },
  {
    check: "Source addresses narrow something",
    title: "source addresses that allow everything, or more than once",
    edits: [
      {
        in: acme,
        replace: "    - 203.0.113.0/24\n",
        by: "    - 203.0.113.0/24\n    - 203.0.113.7/32\n    - 203.0.113.0/24\n    - ::/0\n    - 198.51.100.0/24\n",
      },
    ],
    problems: [
      'acme/partner.yaml:9:7: "203.0.113.7/32" is part of "203.0.113.0/24"; remove the line',
      'acme/partner.yaml:10:7: "203.0.113.0/24" is listed twice; remove the line',
      'acme/partner.yaml:11:7: "::/0" allows every address; leave `sourceAddresses` out, which says so plainly, or list the partner\'s own blocks',
    ],
  },
  {
    check: "Folders differ in more than case",
    title: "two folders that differ in case",
    edits: [
      {
        in: clinic,
        replace: "  - virtualPath: /remittances",
        by: "  - virtualPath: /Claims\n    access: download\n  - virtualPath: /remittances",
      },
    ],
    problems: [
      'clinic/partner.yaml:11:18: "/Claims" and "/claims" differ only in case, and many clients take them for one; give one of them another name',
    ],
  },
  {
    title: "two files that a Mac takes for one",
    edits: [{ write: "acme/samples/Claims.json", as: "[]" }],
    problems: [
      'acme/samples/Claims.json:1:1: acme has no subscription "Claims"; did you mean "claims"? (files that this partner uploads go under samples/uploads/)',
      "acme/samples/claims.json:1:1: acme/samples/Claims.json differs from it only in case or accents, and many file systems take them for one; rename one of them",
    ],
  },
  {
    title: "two folders that a Mac takes for one, reported once each, with what else is wrong with them",
    edits: [
      { write: "acme/samples/uploads/Remittances/a.csv", as: "" },
      { write: "acme/samples/uploads/Remittances/b.csv", as: "" },
      { write: "Clinic/samples/uploads/claims/a.json", as: "" },
      { write: "Clinic/samples/uploads/claims/b.json", as: "" },
    ],
    problems: [
      'Clinic/partner.yaml:1:1: "Clinic" is not a partner id; name the folder otherwise: use 3 to 32 lower-case letters, digits and hyphens, with a letter first',
      'Clinic/partner.yaml:1:1: the folder "Clinic" has no partner.yaml; create it, or delete the folder',
      'acme/samples/uploads/Remittances/a.csv:1:1: acme has no upload folder "/Remittances"; did you mean "/remittances"?',
      'acme/samples/uploads/Remittances/b.csv:1:1: acme has no upload folder "/Remittances"; did you mean "/remittances"?',
      "acme/samples/uploads/remittances/remit.csv:1:1: the folders acme/samples/uploads/Remittances and acme/samples/uploads/remittances differ only in case or accents, and many file systems take them for one; rename one of them",
      "clinic/partner.yaml:1:1: the folders Clinic and clinic differ only in case or accents, and many file systems take them for one; rename one of them",
    ],
  },
  {
    title: "secrets in comments, values, SQL and samples",
    edits: [
      { in: acme, replace: "    authentication: password", by: "    authentication: password # password: Xy7kkp2qQ" },
      { in: clinic, replace: "contacts:", by: "# sftp://northwind:s3cr3t@sftp.example.org\ncontacts:" },
      { in: "acme/transforms/claims.sql", replace: "SELECT", by: `-- AKIA${"IOSFODNN7EXAMPLE"}\nSELECT` },
      {
        write: "acme/samples/claims.json",
        as: `[{"password": "Xy7kkp2qQ", "key": "-----BEGIN OPENSSH ${"PRIVATE"} KEY-----"}]`,
      },
    ],
    problems: [
      `acme/partner.yaml:17:42: this looks like a password; ${secretFix}`,
      `acme/samples/claims.json:1:36: this looks like a private key; ${secretFix}`,
      `acme/transforms/claims.sql:1:4: this looks like an AWS access key; ${secretFix}`,
      `clinic/partner.yaml:2:20: this looks like a password in a URL; ${secretFix}`,
    ],
  },
  {
    title: "secrets where nobody looks, which Git commits all the same",
    edits: [
      { write: "acme/keys/id_ed25519", as: `-----BEGIN OPENSSH ${"PRIVATE"} KEY-----` },
      { write: "acme/.aws/credentials", as: `[default]\naws_access_key_id = AKIA${"IOSFODNN7EXAMPLE"}` },
      { write: ".env", as: "SFTP_PASSWORD=Xy7kkp2qQ" },
    ],
    problems: [
      `.env:1:1: this file has no meaning here; ${hiddenFix}`,
      `.env:1:15: this looks like a password; ${secretFix}`,
      `acme/.aws/credentials:1:1: this file has no meaning here; ${hiddenFix}`,
      `acme/.aws/credentials:2:21: this looks like an AWS access key; ${secretFix}`,
      "acme/keys/id_ed25519:1:1: this file has no meaning here; a partner has partner.yaml, subscriptions/*.yaml, keys/*.pub, transforms/*.sql and samples/; rename or delete it",
      `acme/keys/id_ed25519:1:1: this looks like a private key; ${secretFix}`,
    ],
  },
  {
    check: "A folder that is copied to the file system has names that it takes",
    title: "a replicated folder with a name that is too long for a file system, beside one that is copied nowhere",
    edits: [
      {
        in: clinic,
        replace: "folders:\n",
        by: `folders:
  - virtualPath: /${"x".repeat(256)}
    access: download
    replicateToEfs: true
  - virtualPath: /${"y".repeat(256)}
    access: download
`,
      },
    ],
    problems: [
      "clinic/partner.yaml:8:18: nothing in this folder can be copied to the file system: it has a name of more than 255 bytes in it; give it another name, or leave `replicateToEfs` out",
    ],
  },
  {
    title: "a choice to replicate that is none",
    edits: [{ in: clinic, replace: "access: upload", by: "access: upload\n    replicateToEfs: maybe" }],
    problems: ['clinic/partner.yaml:10:21: "folders[0].replicateToEfs" is text; it must be true or false'],
  },
];
