import type { BrokenFolder } from "./broken-folder";
import { acme, claims, clinic, otherKey, remittances, soundFiles } from "./sound-folder";

/** One or more for each rule of `checks.ts`. */
export const brokenRules: BrokenFolder[] = [
  {
    check: "A login has a password or at least one key",
    title: "a login that nobody can use",
    edits: [{ in: clinic, replace: "  passwordVersion: 1", by: "  username: northwind" }],
    problems: [
      "clinic/partner.yaml:5:1: nobody can use this login: it has neither a password nor a key; add `passwordVersion: 1`, or a public key as clinic/keys/NAME.pub",
    ],
  },
  {
    check: "A login has a password or at least one key",
    title: "an internal login without a key",
    edits: [{ in: clinic, replace: "  passwordVersion: 1", by: "  endpoint: internal" }],
    problems: [
      "clinic/partner.yaml:5:1: nobody can use this login: it has neither a password nor a key; add a public key as clinic/keys/NAME.pub",
    ],
  },
  {
    check: "A login has a password or at least one key",
    title: "a key without a login",
    edits: [
      {
        in: acme,
        replace:
          "login:\n  username: acme-edi\n  sourceAddresses:\n    - 203.0.113.0/24\nfolders:\n  - virtualPath: /remittances\n    access: upload\n    fileGroup: remittances\n",
        by: "",
      },
      { remove: "acme/samples/uploads/remittances/remit.csv" },
    ],
    problems: ["acme/keys/edi.pub:1:1: this key belongs to no login; add `login:` to partner.yaml, or delete the key"],
  },
  {
    check: "A login sees at least one folder",
    title: "a login without folders",
    edits: [
      {
        in: acme,
        replace: "folders:\n  - virtualPath: /remittances\n    access: upload\n    fileGroup: remittances\n",
        by: "",
      },
      { remove: "acme/samples/uploads/remittances/remit.csv" },
    ],
    problems: ["acme/partner.yaml:5:1: this login would see no folder; add `folders:`, or remove the login"],
  },
  {
    check: "A login sees at least one folder",
    title: "folders without a login",
    edits: [{ in: clinic, replace: "login:\n  passwordVersion: 1\n", by: "" }],
    problems: ["clinic/partner.yaml:5:1: nobody can reach these folders; add `login:`, or remove them"],
  },
  {
    check: "The internal endpoint takes keys only",
    title: "a password on the internal endpoint",
    edits: [{ in: clinic, replace: "  passwordVersion: 1", by: "  passwordVersion: 1\n  endpoint: internal" }],
    problems: [
      "clinic/partner.yaml:6:3: the internal endpoint knows no passwords; remove `passwordVersion`, and add the application's public key under keys/",
    ],
  },
  {
    check: "The internal endpoint checks no source addresses",
    title: "source addresses on the internal endpoint",
    edits: [{ in: acme, replace: "  username: acme-edi", by: "  username: acme-edi\n  endpoint: internal" }],
    problems: [
      "acme/partner.yaml:8:3: the internal endpoint checks no source addresses; remove `sourceAddresses`; who reaches that endpoint is decided by its security group",
    ],
  },
  {
    check: "A user name belongs to one login",
    title: "two logins with one user name",
    edits: [{ in: acme, replace: "username: acme-edi", by: "username: clinic" }],
    problems: ['acme/partner.yaml:6:13: "clinic" is already the user name of clinic; choose another'],
  },
  {
    check: "A user name is not root",
    title: "a login as root",
    edits: [{ in: clinic, replace: "  passwordVersion: 1", by: "  passwordVersion: 1\n  username: root" }],
    problems: ['clinic/partner.yaml:7:13: Transfer Family refuses the user name "root"; choose another as `username:`'],
  },
  {
    check: "A key logs in as one partner",
    title: "one key for two partners",
    edits: [{ write: "clinic/keys/edi.pub", as: soundFiles["acme/keys/edi.pub"] ?? "" }],
    problems: [
      "clinic/keys/edi.pub:1:1: this is the same key as acme/keys/edi.pub; delete one, or ask for another key",
    ],
  },
  {
    check: "Source addresses are CIDR blocks",
    title: "source addresses that are no blocks",
    edits: [
      {
        in: acme,
        replace: "    - 203.0.113.0/24",
        by: "    - 203.0.113.7\n    - 203.0.113.7/24\n    - 203.0.113.0/33\n    - acme.example\n    - 2001:db8::/32",
      },
    ],
    problems: [
      'acme/partner.yaml:8:7: "203.0.113.7" has no prefix length; write 203.0.113.7/32 for this one address',
      'acme/partner.yaml:9:7: "203.0.113.7/24" has address bits set beyond its prefix length; write 203.0.113.0/24 for the block, or 203.0.113.7/32 for the one address',
      'acme/partner.yaml:10:7: "/33" is not a prefix length; use a number from 0 to 32',
      'acme/partner.yaml:11:7: "acme.example" is not an address block; write it like 203.0.113.0/24 or 2001:db8::/32',
    ],
  },
  {
    check: "Folders of a partner do not overlap",
    title: "folders inside each other",
    edits: [
      { in: clinic, replace: "virtualPath: /remittances", by: "virtualPath: /claims/out" },
      { remove: remittances },
    ],
    problems: [
      'clinic/partner.yaml:11:18: "/claims/out" and "/claims" overlap; folders may not lie inside each other; make them neighbours',
    ],
  },
  {
    check: "Folders of a partner do not overlap",
    title: "a folder that is listed twice",
    edits: [
      {
        in: clinic,
        replace: "  - virtualPath: /remittances",
        by: "  - virtualPath: /claims\n    access: download\n  - virtualPath: /remittances",
      },
    ],
    problems: ['clinic/partner.yaml:11:18: "/claims" is listed twice; remove one of them'],
  },
  {
    check: "Folders of a partner do not overlap",
    title: "a folder that climbs",
    edits: [
      {
        in: clinic,
        replace: "  - virtualPath: /remittances",
        by: "  - virtualPath: /claims/../../acme\n    access: download\n  - virtualPath: /remittances",
      },
    ],
    problems: ['clinic/partner.yaml:11:18: "/claims/../../acme" is no plain path; leave "." and ".." out'],
  },
  {
    check: "Uploads belong to a declared file group, downloads to none",
    title: "an upload folder without a file group",
    edits: [{ in: acme, replace: "    fileGroup: remittances\n", by: "" }],
    problems: ['acme/partner.yaml:11:13: uploads into "/remittances" belong to no file group; add `fileGroup:`'],
  },
  {
    check: "Uploads belong to a declared file group, downloads to none",
    title: "a download folder with one",
    edits: [{ in: clinic, replace: "    access: download", by: "    access: download\n    fileGroup: claims" }],
    problems: [
      "clinic/partner.yaml:13:5: nothing is uploaded into a download folder, so it has no file group; remove the key; a subscription that places files here says which",
    ],
  },
  {
    check: "Uploads belong to a declared file group, downloads to none",
    title: "a folder of an unknown file group, which a subscription waits for",
    edits: [{ in: clinic, replace: "fileGroup: claims", by: "fileGroup: claim" }],
    problems: ['clinic/partner.yaml:10:16: unknown file group "claim"; did you mean "claims"?'],
  },
  {
    check: "A session policy fits into 2,048 characters",
    title: "more folders than a session policy has room for",
    edits: [
      {
        in: clinic,
        replace: "folders:\n",
        by: `folders:\n${Array.from({ length: 16 }, (_, index) => `  - { virtualPath: /reports/of/the/year/20${index + 10}, access: download }\n`).join("")}`,
      },
    ],
    problems: [
      "clinic/partner.yaml:7:1: the session policy for these folders has 3056 characters, and AWS takes 2048; use fewer or shorter folders, or give the partner a second login as a partner of its own",
    ],
  },
  {
    check: "Pinned host keys are SSH public keys",
    title: "host keys that are none",
    edits: [{ in: acme, replace: "    hostKeys:\n      - ", by: "    hostKeys:\n      - sftp.acme.example " }],
    problems: [
      'acme/partner.yaml:19:9: this is not an OpenSSH public key; a key is one line that starts with its type: "ssh-ed25519 AAAA… comment", with no options or host before it',
    ],
  },
  {
    check: "Pinned host keys are SSH public keys",
    title: "a host key that is pinned twice, with and without a comment",
    edits: [
      {
        in: acme,
        replace: "4XtIwZ",
        by: "4XtIwZ\n      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFOG6kY7Rf4UtCFvPwKgo/BztXck2xC4a2WyA34XtIwZ the same",
      },
    ],
    problems: ["acme/partner.yaml:20:9: this host key is pinned twice; remove one of them"],
  },
  {
    check: "A subscription wants a declared file group",
    title: "subscriptions of unknown file groups",
    edits: [
      { in: claims, replace: "fileGroup: claims", by: "fileGroup: Claims" },
      { in: remittances, replace: "fileGroup: remittances", by: "fileGroup: x-rays" },
    ],
    problems: [
      'acme/subscriptions/claims.yaml:1:12: unknown file group "Claims"; did you mean "claims"?',
      'clinic/subscriptions/remittances.yaml:1:12: unknown file group "x-rays"; use one of "claims", "remittances"',
    ],
  },
  {
    check: "A publisher is a partner that uploads the group",
    title: "publishers that do not exist",
    edits: [
      { in: claims, replace: "publisher: clinic", by: "publisher: clinc" },
      { in: remittances, replace: "fileGroup: remittances", by: "fileGroup: remittances\npublisher: bank" },
    ],
    problems: [
      'acme/subscriptions/claims.yaml:2:12: unknown partner "clinc"; did you mean "clinic"?',
      'clinic/subscriptions/remittances.yaml:2:12: unknown partner "bank"; use one of "acme", "clinic"',
    ],
  },
  {
    check: "A publisher is a partner that uploads the group",
    title: "a publisher that does not upload the group",
    edits: [{ in: claims, replace: "publisher: clinic", by: "publisher: acme" }],
    problems: [
      'acme/subscriptions/claims.yaml:2:12: acme has no folder that uploads "claims", so this subscription would never get a file; name another publisher or file group',
    ],
  },
  {
    check: "A match is a glob on file names",
    title: "globs that match nothing",
    edits: [
      { in: claims, replace: 'match: "*.json"', by: 'match: "inbox/*.json"' },
      { in: remittances, replace: "fileGroup: remittances", by: 'fileGroup: remittances\nmatch: "*.{csv"' },
    ],
    problems: [
      'acme/subscriptions/claims.yaml:3:8: a glob is matched with the file name only, so one with "/" matches nothing; use *, ?, [abc] and {a,b}, like "*.json"',
      'clinic/subscriptions/remittances.yaml:2:8: not a glob: "{" stands alone; write "\\{" for itself; use *, ?, [abc] and {a,b}, like "*.json"',
    ],
  },
  {
    check: "A push goes to one of the partner's destinations",
    title: "a push to a destination with a slip",
    edits: [{ in: claims, replace: "destination: intake", by: "destination: intak" }],
    problems: ['acme/subscriptions/claims.yaml:11:18: unknown destination "intak"; did you mean "intake"?'],
  },
  {
    check: "A push goes to one of the partner's destinations",
    title: "a push of a partner without destinations",
    edits: [
      { write: remittances, as: "fileGroup: remittances\ndeliver: { push: { destination: bank, remotePath: in } }\n" },
    ],
    problems: [
      'clinic/subscriptions/remittances.yaml:2:33: unknown destination "bank"; declare it under `destinations:` in clinic/partner.yaml',
    ],
  },
  {
    check: "A place goes into one of the partner's download folders",
    title: "a place with a slip",
    edits: [{ in: remittances, replace: "virtualPath: /remittances", by: "virtualPath: /remitances" }],
    problems: [
      'clinic/subscriptions/remittances.yaml:4:18: clinic has no folder "/remitances"; did you mean "/remittances"?',
    ],
  },
  {
    check: "A place goes into one of the partner's download folders",
    title: "a place into an upload folder",
    edits: [{ in: remittances, replace: "virtualPath: /remittances", by: "virtualPath: /claims" }],
    problems: [
      'clinic/subscriptions/remittances.yaml:4:18: "/claims" has access upload, so what is placed there would count as an upload; use "/remittances"',
    ],
  },
  {
    check: "A file-name template uses placeholders that exist",
    title: "placeholders that do not exist, and a folder",
    edits: [
      { in: claims, replace: "{publisher}-{stem}.csv", by: "{publsher}/{constructor}-{file name}-{publsher}.csv" },
    ],
    problems: [
      "acme/subscriptions/claims.yaml:13:15: a file name has no folders in it; put the folder into remotePath or virtualPath",
      'acme/subscriptions/claims.yaml:13:15: unknown placeholder "{constructor}"; use one of "name", "stem", "extension", "publisher", "transfer"',
      'acme/subscriptions/claims.yaml:13:15: unknown placeholder "{file name}"; use one of "name", "stem", "extension", "publisher", "transfer"',
      'acme/subscriptions/claims.yaml:13:15: unknown placeholder "{publsher}"; did you mean "publisher"?',
    ],
  },
  {
    check: "A file-name template uses placeholders that exist",
    title: "a name that is not delivered like that",
    edits: [{ in: claims, replace: "{publisher}-{stem}.csv", by: ".{publisher}:{stem}.csv" }],
    problems: [
      'acme/subscriptions/claims.yaml:13:15: ".{publisher}:{stem}.csv" would be delivered as "_{publisher}_{stem}.csv"; begin with no dot, end with no dot or blank, and use neither ":" nor "\\"',
    ],
  },
  {
    check: "Transform steps fit together",
    title: "steps that do not fit",
    edits: [{ in: claims, replace: "deliver:", by: "  - convert: { from: json, to: csv }\ndeliver:" }],
    problems: [
      "acme/subscriptions/claims.yaml:9:22: the step before this one writes csv, and this one reads json; write `from: csv`",
    ],
  },
  {
    check: "Every SQL file is used, and every SQL that is used exists",
    title: "SQL with a slip in its name",
    edits: [{ in: claims, replace: "transforms/claims.sql", by: "transforms/claim.sql" }],
    problems: [
      'acme/subscriptions/claims.yaml:8:12: there is no file acme/transforms/claim.sql; did you mean "transforms/claims.sql"?',
    ],
  },
  {
    check: "Every SQL file is used, and every SQL that is used exists",
    title: "SQL that is not there",
    edits: [{ remove: "acme/transforms/claims.sql" }],
    problems: ["acme/subscriptions/claims.yaml:8:12: there is no file acme/transforms/claims.sql; create it"],
  },
  {
    check: "Every SQL file is used, and every SQL that is used exists",
    title: "SQL that nobody uses",
    edits: [{ write: "acme/transforms/old.sql", as: "SELECT 1" }],
    problems: ["acme/transforms/old.sql:1:1: no subscription uses this file; name it in a `transform:`, or delete it"],
  },
  {
    check: "Every destination is used",
    title: "a destination that nobody uses",
    edits: [
      {
        in: acme,
        replace: "destinations:\n",
        by: `destinations:\n  archive: { host: a.example, username: q, authentication: key, hostKeys: [${otherKey}] }\n`,
      },
    ],
    problems: ['acme/partner.yaml:14:3: no subscription pushes to "archive"; remove it, or name it in a `deliver:`'],
  },
  {
    check: "Every sample belongs to a subscription or an upload folder",
    title: "samples of a subscription and a folder that do not exist",
    edits: [
      { write: "acme/samples/claim.json", as: "" },
      { write: "clinic/samples/x-rays.dcm", as: "" },
      { write: "clinic/samples/uploads/claim/a.json", as: "" },
    ],
    problems: [
      'acme/samples/claim.json:1:1: acme has no subscription "claim"; did you mean "claims"? (files that this partner uploads go under samples/uploads/)',
      'clinic/samples/uploads/claim/a.json:1:1: clinic has no upload folder "/claim"; did you mean "/claims"?',
      'clinic/samples/x-rays.dcm:1:1: clinic has no subscription "x-rays"; use "remittances" (files that this partner uploads go under samples/uploads/)',
    ],
  },
  {
    check: "An address is told of events once",
    title: "an address that is listed twice",
    edits: [
      {
        in: acme,
        replace: "notifications:",
        by: "notifications:\n  - email: MFT@acme.example\n    events: [transfer.held]",
      },
    ],
    problems: [
      'acme/partner.yaml:23:12: "mft@acme.example" is listed twice, and SNS keeps one subscription for an address; put all its events into one entry',
    ],
  },
  {
    check: "An address is told of events once",
    title: "an address that is told of another partner already",
    edits: [
      {
        in: "clinic/partner.yaml",
        replace: "login:",
        by: "notifications:\n  - email: mft@acme.example\n    events: [transfer.held]\nlogin:",
      },
    ],
    problems: [
      'clinic/partner.yaml:6:12: "mft@acme.example" is told of acme already, and SNS keeps one subscription for an address; use another address for one of them, such as mft+clinic@acme.example',
    ],
  },
];
