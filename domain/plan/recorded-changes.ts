import {
  acme,
  claims,
  clinic,
  type Edit,
  otherKey,
  remittances,
  soundFiles,
} from "../partner-files/broken-folders/sound-folder";

export interface RecordedChange {
  title: string;
  /** How the folder differs from the sound one before the change already. */
  before?: Edit[];
  edits: Edit[];
}

const filesOf = (partner: string) => Object.keys(soundFiles).filter((file) => file.startsWith(`${partner}/`));
const rename = (from: string, to: string): Edit[] =>
  filesOf(from).map((file) => ({ rename: file, to: `${to}${file.slice(from.length)}` }));
const remove = (partner: string): Edit[] => filesOf(partner).map((file) => ({ remove: file }));

/** A third file group that nobody has. */
const prices: Edit[] = [
  { in: "file-groups.yaml", replace: "  claims:", by: "  prices:\n    description: Prices\n  claims:" },
];
/** A new partner that uploads claims. */
const lab: Edit[] = [
  ...prices,
  {
    write: "labs/partner.yaml",
    as: "name: Meridian Labs\ncontacts: [{name: Ravi Nair, email: it@labs.example}]\nlogin: {passwordVersion: 1}\nfolders:\n  - {virtualPath: /claims, access: upload, fileGroup: claims}\n",
  },
];
/** One or more for each kind of change. What the plan says of it is in `recorded-plans.md`. */
export const recordedChanges: RecordedChange[] = [
  { title: "nothing", edits: [] },
  { title: "a comment", edits: [{ in: acme, replace: "login:", by: "# a comment\nlogin:" }] },
  {
    title: "a new partner that uploads what others take",
    before: [{ in: claims, replace: "publisher: clinic\n", by: "" }],
    edits: lab,
  },
  {
    title: "a new partner that receives by push",
    edits: [
      {
        write: "bank/partner.yaml",
        as: `name: City Bank\ncontacts: [{name: Ops, email: ops@bank.example}]\ndestinations:\n  main: {host: sftp.bank.example, port: 2222, username: feed, authentication: key, hostKeys: ["${otherKey}"]}\nnotifications: [{email: ops@bank.example, events: [delivery.failed]}]\n`,
      },
      {
        write: "bank/subscriptions/remittances.yaml",
        as: "fileGroup: remittances\npublisher: acme\ndeliver: {push: {destination: main, remotePath: in, onConflict: rename}}\n",
      },
    ],
  },
  {
    title: "a partner is removed",
    before: [{ in: claims, replace: "publisher: clinic\n", by: "" }],
    edits: remove("clinic"),
  },
  {
    title: "a partner is renamed, and declares it",
    edits: [
      ...rename("clinic", "northwind"),
      { in: "northwind/partner.yaml", replace: "contacts:", by: "previously: clinic\ncontacts:" },
      { in: claims, replace: "publisher: clinic", by: "publisher: northwind" },
    ],
  },
  {
    title: "a partner is renamed, and does not declare it",
    edits: [...rename("clinic", "northwind"), { in: claims, replace: "publisher: clinic", by: "publisher: northwind" }],
  },
  { title: "another name for people", edits: [{ in: acme, replace: "Acme Health Plan", by: "Umbra Health Plan" }] },
  {
    title: "a past that is claimed later",
    edits: [{ in: clinic, replace: "contacts:", by: "previously: northwind\ncontacts:" }],
  },
  {
    title: "one more former id",
    before: [{ in: clinic, replace: "contacts:", by: "previously: northwind\ncontacts:" }],
    edits: [{ in: clinic, replace: "previously: northwind", by: "previously: [northwind, north]" }],
  },
  {
    title: "a login for a partner that had none",
    before: [{ write: "bank/partner.yaml", as: "name: City Bank\ncontacts: [{name: Ops, email: ops@bank.example}]\n" }],
    edits: [
      {
        in: "bank/partner.yaml",
        replace: "contacts:",
        by: "login: {passwordVersion: 1, sourceAddresses: [198.51.100.0/24]}\nfolders: [{virtualPath: /out, access: download}]\ncontacts:",
      },
    ],
  },
  {
    title: "a login is removed",
    before: [
      {
        write: "bank/partner.yaml",
        as: "name: City Bank\nlogin: {passwordVersion: 1}\nfolders: [{virtualPath: /out, access: download}]\ncontacts: [{name: Ops, email: ops@bank.example}]\n",
      },
    ],
    edits: [
      {
        in: "bank/partner.yaml",
        replace: "login: {passwordVersion: 1}\nfolders: [{virtualPath: /out, access: download}]\n",
        by: "",
      },
    ],
  },
  { title: "another user name", edits: [{ in: acme, replace: "username: acme-edi", by: "username: acme-b2b" }] },
  {
    title: "the other endpoint",
    before: [{ in: acme, replace: "  sourceAddresses:\n    - 203.0.113.0/24\n", by: "" }],
    edits: [{ in: acme, replace: "  username: acme-edi", by: "  username: acme-edi\n  endpoint: internal" }],
  },
  {
    title: "a first password",
    edits: [{ in: acme, replace: "  username: acme-edi", by: "  username: acme-edi\n  passwordVersion: 1" }],
  },
  { title: "a new password", edits: [{ in: clinic, replace: "passwordVersion: 1", by: "passwordVersion: 2" }] },
  {
    title: "an older password version",
    before: [{ in: clinic, replace: "passwordVersion: 1", by: "passwordVersion: 3" }],
    edits: [{ in: clinic, replace: "passwordVersion: 3", by: "passwordVersion: 2" }],
  },
  {
    title: "no password any more, a key instead",
    edits: [
      { in: clinic, replace: "login:\n  passwordVersion: 1", by: "login: {}" },
      { write: "clinic/keys/new.pub", as: otherKey },
    ],
  },
  { title: "another key", edits: [{ write: "acme/keys/edi.pub", as: otherKey }] },
  {
    title: "addresses: the list is removed",
    edits: [{ in: acme, replace: "  sourceAddresses:\n    - 203.0.113.0/24\n", by: "" }],
  },
  {
    title: "addresses: a list where there was none",
    edits: [
      {
        in: clinic,
        replace: "  passwordVersion: 1",
        by: "  passwordVersion: 1\n  sourceAddresses: [198.51.100.0/24, 2001:db8::/32]",
      },
    ],
  },
  {
    title: "addresses: one more and one less",
    before: [{ in: acme, replace: "    - 203.0.113.0/24\n", by: "    - 203.0.113.0/24\n    - 192.0.2.7/32\n" }],
    edits: [{ in: acme, replace: "    - 192.0.2.7/32\n", by: "    - 198.51.100.0/24\n" }],
  },
  { title: "addresses: a smaller block", edits: [{ in: acme, replace: "203.0.113.0/24", by: "203.0.113.128/25" }] },
  {
    title: "addresses: the same, written otherwise",
    before: [{ in: acme, replace: "203.0.113.0/24", by: "2001:db8:0::/48" }],
    edits: [{ in: acme, replace: "2001:db8:0::/48", by: "2001:db8::/48" }],
  },
  {
    title: "a new upload folder that an unchanged subscription takes from",
    before: [{ in: claims, replace: "publisher: clinic\n", by: "" }],
    edits: [
      {
        in: acme,
        replace: "folders:",
        by: "folders:\n  - {virtualPath: /corrections, access: upload, fileGroup: claims}",
      },
    ],
  },
  {
    title: "a folder is removed, and with it what flowed",
    before: [
      {
        in: acme,
        replace: "folders:",
        by: "folders:\n  - {virtualPath: /late, access: upload, fileGroup: remittances}",
      },
    ],
    edits: [{ in: acme, replace: "  - {virtualPath: /late, access: upload, fileGroup: remittances}\n", by: "" }],
  },
  { title: "access widens", edits: [{ in: acme, replace: "access: upload", by: "access: both" }] },
  {
    title: "access narrows",
    before: [{ in: acme, replace: "access: upload", by: "access: both" }],
    edits: [{ in: acme, replace: "access: both", by: "access: upload" }],
  },
  {
    title: "uploads belong to another group",
    before: [...prices, { in: claims, replace: "publisher: clinic\n", by: "" }],
    edits: [{ in: clinic, replace: "fileGroup: claims", by: "fileGroup: prices" }],
  },
  {
    title: "files are copied to the file system",
    edits: [{ in: acme, replace: "access: upload", by: "access: upload\n    replicateToEfs: true" }],
  },
  {
    title: "files are no longer copied to the file system, and a new folder's are",
    before: [{ in: acme, replace: "access: upload", by: "access: upload\n    replicateToEfs: true" }],
    edits: [
      {
        in: acme,
        replace: "    replicateToEfs: true",
        by: "    replicateToEfs: false",
      },
      {
        in: acme,
        replace: "folders:",
        by: "folders:\n  - {virtualPath: /out, access: download, replicateToEfs: true}",
      },
    ],
  },
  {
    title: "a session policy near its limit",
    edits: [
      {
        in: acme,
        replace: "folders:",
        by: `folders:\n${Array.from({ length: 6 }, (_, i) => `  - {virtualPath: /a-folder-with-a-rather-long-name-of-its-own-that-takes-room-${i}, access: upload, fileGroup: remittances}\n`).join("")}`,
      },
    ],
  },
  {
    title: "a second destination",
    edits: [
      {
        in: acme,
        replace: "destinations:",
        by: `destinations:\n  backup: {host: 198.51.100.7, username: q, authentication: key, hostKeys: ["${otherKey}"]}`,
      },
      {
        write: "acme/subscriptions/copy.yaml",
        as: "fileGroup: claims\ndeliver: {push: {destination: backup, remotePath: .}}\n",
      },
    ],
  },
  {
    title: "a destination is removed",
    before: [
      {
        in: acme,
        replace: "destinations:",
        by: `destinations:\n  backup: {host: 198.51.100.7, username: q, authentication: key, hostKeys: ["${otherKey}"]}`,
      },
      {
        write: "acme/subscriptions/copy.yaml",
        as: "fileGroup: claims\ndeliver: {push: {destination: backup, remotePath: .}}\n",
      },
    ],
    edits: [
      {
        in: acme,
        replace: `  backup: {host: 198.51.100.7, username: q, authentication: key, hostKeys: ["${otherKey}"]}\n`,
        by: "",
      },
      { remove: "acme/subscriptions/copy.yaml" },
    ],
  },
  {
    title: "a destination moves, with another user name and a key",
    edits: [
      {
        in: acme,
        replace: "    host: sftp.acme.example\n    username: quayside\n    authentication: password",
        by: "    host: mft.acme.example\n    port: 2222\n    username: qs\n    authentication: key",
      },
    ],
  },
  {
    title: "another host key",
    edits: [
      {
        in: acme,
        replace: "AAAAC3NzaC1lZDI1NTE5AAAAIFOG6kY7Rf4UtCFvPwKgo/BztXck2xC4a2WyA34XtIwZ",
        by: otherKey.replace("ssh-ed25519 ", ""),
      },
    ],
  },
  {
    title: "a second host key",
    edits: [{ in: acme, replace: "notifications:", by: `      - ${otherKey}\nnotifications:` }],
  },
  {
    title: "a host key less",
    before: [{ in: acme, replace: "notifications:", by: `      - ${otherKey}\nnotifications:` }],
    edits: [{ in: acme, replace: `      - ${otherKey}\n`, by: "" }],
  },
  {
    title: "notifications",
    before: [
      {
        in: clinic,
        replace: "folders:",
        by: "notifications: [{email: a@clinic.example, events: [transfer.held]}, {email: b@clinic.example, events: [transfer.held, delivery.failed]}]\nfolders:",
      },
    ],
    edits: [
      {
        in: clinic,
        replace:
          "{email: a@clinic.example, events: [transfer.held]}, {email: b@clinic.example, events: [transfer.held, delivery.failed]}",
        by: "{email: b@clinic.example, events: [transfer.held, transfer.truncated]}, {email: c@clinic.example, events: [delivery.failed]}",
      },
    ],
  },
  {
    title: "a subscription to what nobody uploads",
    before: prices,
    edits: [
      {
        write: "clinic/subscriptions/prices.yaml",
        as: 'fileGroup: prices\ndeliver: {place: {virtualPath: /remittances, fileName: "price-{transfer}.{extension}"}}\n',
      },
    ],
  },
  {
    title: "a subscription to what nobody uploads ends",
    before: [
      ...prices,
      {
        write: "clinic/subscriptions/prices.yaml",
        as: "fileGroup: prices\ndeliver: {place: {virtualPath: /remittances}}\n",
      },
    ],
    edits: [{ remove: "clinic/subscriptions/prices.yaml" }],
  },
  { title: "a subscription ends", edits: [{ remove: remittances }] },
  {
    title: "other files, in another form, to another place",
    edits: [
      { in: claims, replace: '"*.json"', by: '"*.ndjson"' },
      { in: claims, replace: "from: json", by: "from: ndjson" },
      { in: claims, replace: "remotePath: inbox", by: "remotePath: inbox/new" },
    ],
  },
  { title: "files of everybody", edits: [{ in: claims, replace: "publisher: clinic\n", by: "" }] },
  { title: "other SQL", edits: [{ write: "acme/transforms/claims.sql", as: "SELECT 1 FROM input" }] },
];
