import type { BrokenFolder } from "./broken-folder";
import { acme, claims, clinic, groups, otherKey, remittances } from "./sound-folder";

/** What is wrong before the rules between files are asked: syntax and form. */
export const wrongForm: BrokenFolder[] = [
  {
    title: "an indentation that is no YAML",
    edits: [{ in: acme, replace: "  username: acme-edi", by: "  username: acme-edi\n   endpoint: partner" }],
    problems: [
      "acme/partner.yaml:6:13: not valid YAML: a value and a mapping in one; put text with a colon in quotes, or correct the indentation of the next line",
    ],
  },
  {
    title: "a colon in a value",
    edits: [{ in: acme, replace: "name: Acme Health Plan", by: "name: Acme: Health Plan" }],
    problems: [
      "acme/partner.yaml:1:7: not valid YAML: a value and a mapping in one; put text with a colon in quotes, or correct the indentation of the next line",
    ],
  },
  {
    title: "a tab",
    edits: [{ in: claims, replace: "  push:", by: "\tpush:" }],
    problems: ["acme/subscriptions/claims.yaml:10:1: a tab indents this line; use spaces"],
  },
  {
    title: "a bracket that is not closed",
    edits: [{ in: acme, replace: "[delivery.failed]", by: "[delivery.failed" }],
    problems: ["acme/partner.yaml:22:13: this [ is never closed; close it on the same line"],
  },
  {
    title: "two documents in a file",
    edits: [{ in: groups, replace: "  remittances:", by: "---\n  remittances:" }],
    problems: ["file-groups.yaml:4:1: a second document begins here; keep one in each file"],
  },
  {
    title: "a key that is there twice, at two depths",
    edits: [
      { in: acme, replace: "name: Acme Health Plan", by: "name: Acme\nname: Acme Health Plan" },
      { in: acme, replace: "    access: upload", by: "    access: upload\n    access: both" },
    ],
    problems: [
      'acme/partner.yaml:2:1: "name" is here twice; keep one of them',
      'acme/partner.yaml:13:5: "access" is here twice; keep one of them',
    ],
  },
  {
    title: "an anchor and what refers to it",
    edits: [
      { in: acme, replace: "name: Jonas Weber", by: "name: &jonas Jonas Weber" },
      { in: acme, replace: "username: quayside", by: "username: *jonas" },
    ],
    problems: [
      'acme/partner.yaml:3:18: "&jonas" is an anchor; remove it; partner files have no anchors',
      'acme/partner.yaml:16:15: "*jonas" refers to another value; write the value out; partner files have no anchors',
    ],
  },
  {
    title: "a tag",
    edits: [{ in: acme, replace: "name: Jonas Weber", by: "name: !!str 112" }],
    problems: [
      "acme/partner.yaml:3:17: a tag before a value changes its type; remove the tag, and put the value in quotes if it is text",
    ],
  },
  {
    title: "a directive",
    edits: [{ write: groups, as: "# ours\n%YAML 1.1\n---\nfileGroups: {}\n" }],
    problems: ["file-groups.yaml:2:1: a directive changes how the file is read; remove the line"],
  },
  {
    title: "control characters, in a value and in a key",
    edits: [
      { in: acme, replace: "name: Acme Health Plan", by: 'name: "Acme\\0"' },
      { in: acme, replace: "  intake:", by: '  "in\\etake":' },
    ],
    problems: [
      "acme/partner.yaml:1:7: this text holds a control character; write it without",
      "acme/partner.yaml:14:3: this text holds a control character; write it without",
    ],
  },
  {
    title: "a file that is not UTF-8",
    edits: [
      { write: acme, as: Buffer.from("name: Añasco\n", "latin1") },
      { write: "acme/transforms/claims.sql", as: Buffer.from("SELECT 'ñ' FROM input", "latin1") },
    ],
    problems: [
      "acme/partner.yaml:1:1: the file is not UTF-8 text; save it as UTF-8",
      "acme/transforms/claims.sql:1:1: the file is not UTF-8 text; save it as UTF-8",
    ],
  },
  {
    title: "a huge file",
    edits: [{ write: claims, as: "#".repeat(300_000) }],
    problems: ["acme/subscriptions/claims.yaml:1:1: the file has 300000 bytes; a partner file has at most 262144"],
  },
  {
    title: "an empty file",
    edits: [
      { write: acme, as: "" },
      { write: remittances, as: "# later\n" },
    ],
    problems: [
      'acme/partner.yaml:1:1: "contacts" is missing; add contacts: [{ name: …, email: … }]',
      'acme/partner.yaml:1:1: "name" is missing; add name: …',
      'clinic/subscriptions/remittances.yaml:1:1: "deliver" is missing; add deliver: …',
      'clinic/subscriptions/remittances.yaml:1:1: "fileGroup" is missing; add fileGroup: …',
    ],
  },
  {
    title: "a login without a word",
    edits: [
      { in: acme, replace: "login:\n  username: acme-edi\n  sourceAddresses:\n    - 203.0.113.0/24", by: "login:" },
      { in: clinic, replace: "login:\n  passwordVersion: 1", by: "login: password" },
    ],
    problems: [
      'acme/partner.yaml:5:7: "login" is empty; write `login: {}` to log in with the keys under keys/, or `passwordVersion: 1` below it for a password',
      'clinic/partner.yaml:5:8: "login" is text; write `login: {}` to log in with the keys under keys/, or `passwordVersion: 1` below it for a password',
    ],
  },
  {
    title: "files that are no mapping",
    edits: [
      { write: acme, as: "- name: Acme\n" },
      { write: claims, as: "claims\n" },
      { write: groups, as: "fileGroups: [claims, remittances]\n" },
    ],
    problems: [
      "acme/partner.yaml:1:1: the file is a list; it must be a mapping of keys to values",
      "acme/subscriptions/claims.yaml:1:1: the file is text; it must be a mapping of keys to values",
      'file-groups.yaml:1:13: "fileGroups" is a list; it must be a mapping of names to values',
    ],
  },
  {
    title: "keys with a slip",
    edits: [
      { in: acme, replace: "folders:", by: "folder:" },
      { in: acme, replace: "username: acme-edi", by: "usename: acme-edi" },
      { in: claims, replace: "  push:", by: "  psuh:" },
      { in: clinic, replace: "    access: upload", by: "    acess: upload" },
    ],
    problems: [
      'acme/partner.yaml:6:3: unknown key "usename"; did you mean "username"?',
      'acme/partner.yaml:9:1: unknown key "folder"; did you mean "folders"?',
      'acme/subscriptions/claims.yaml:10:3: unknown key "psuh"; did you mean "push"?',
      'clinic/partner.yaml:9:5: unknown key "acess"; did you mean "access"?',
    ],
  },
  {
    title: "keys that nobody knows",
    edits: [
      { in: acme, replace: "login:", by: "    phone: 112\nlogin:\n  mfa: true" },
      { in: claims, replace: "      to: csv", by: "      to: csv\n      headers: false" },
      {
        in: groups,
        replace: "    description: Medical claims",
        by: "    description: Medical claims\n    retention: 7",
      },
    ],
    problems: [
      'acme/partner.yaml:5:5: unknown key "phone"; use one of "name", "email", "role"',
      'acme/partner.yaml:7:3: unknown key "mfa"; use one of "endpoint", "username", "passwordVersion", "sourceAddresses"',
      'acme/subscriptions/claims.yaml:8:7: unknown key "headers"; use one of "from", "to", "sql"',
      'file-groups.yaml:4:5: unknown key "retention"; use "description"',
    ],
  },
  {
    title: "values of another type",
    edits: [
      { in: acme, replace: "name: Acme Health Plan", by: "name: 2026" },
      { in: acme, replace: "  username: acme-edi", by: "  username: true" },
      { in: acme, replace: "    - 203.0.113.0/24", by: "    block: 203.0.113.0/24" },
      { in: acme, replace: "    username: quayside", by: "    username:" },
      { in: acme, replace: "    host: sftp.acme.example", by: '    host: [sftp.acme.example]\n    port: "22"' },
      { in: acme, replace: "[delivery.failed]", by: "delivery.failed" },
    ],
    problems: [
      'acme/partner.yaml:1:7: "name" is the number 2026; it must be text; put it in quotes',
      'acme/partner.yaml:6:13: "login.username" is true; it must be text; put it in quotes',
      'acme/partner.yaml:8:5: "login.sourceAddresses" is a mapping; it must be a list',
      'acme/partner.yaml:15:11: "destinations.intake.host" is a list; it must be text',
      'acme/partner.yaml:16:11: "destinations.intake.port" is text; it must be a number',
      'acme/partner.yaml:17:14: "destinations.intake.username" is empty; it must be text',
      'acme/partner.yaml:23:13: "notifications[0].events" is text; it must be a list',
    ],
  },
  {
    title: "values out of their range",
    edits: [
      { in: acme, replace: "email: mft@acme.example", by: "email: mft at acme" },
      { in: acme, replace: "username: acme-edi", by: "username: -acme" },
      { in: acme, replace: "virtualPath: /remittances", by: "virtualPath: /remittances/" },
      { in: acme, replace: "host: sftp.acme.example", by: "host: sftp://acme.example\n    port: 1e20" },
      { in: acme, replace: "    authentication: password", by: "    authentication: passwort" },
      { in: acme, replace: "[delivery.failed]", by: "[delivery.fail, all]" },
      { in: clinic, replace: "passwordVersion: 1", by: "passwordVersion: 1.5" },
    ],
    problems: [
      'acme/partner.yaml:4:12: "contacts[0].email" cannot be "mft at acme"; write an e-mail address',
      'acme/partner.yaml:6:13: "login.username" cannot be "-acme"; use 3 to 100 of a-z, 0-9, _ . @ and -, with no . @ or - first (Transfer Family takes no other)',
      'acme/partner.yaml:10:18: "folders[0].virtualPath" cannot be "/remittances/"; write an absolute path like "/claims", without a slash at its end and without * ? $ and \\',
      'acme/partner.yaml:15:11: "destinations.intake.host" cannot be "sftp://acme.example"; write a host name or an IPv4 address, without sftp://',
      'acme/partner.yaml:16:11: "destinations.intake.port" cannot be 100000000000000000000; use a port up to 65535',
      'acme/partner.yaml:18:21: "destinations.intake.authentication" cannot be "passwort"; did you mean "password"?',
      'acme/partner.yaml:23:14: "notifications[0].events[0]" cannot be "delivery.fail"; did you mean "delivery.failed"?',
      'acme/partner.yaml:23:29: "notifications[0].events[1]" cannot be "all"; use one of "transfer.truncated", "transfer.held", "transfer.quarantined", "delivery.delivered", "delivery.failed"',
      'clinic/partner.yaml:6:20: "login.passwordVersion" is the number 1.5; it must be a whole number',
    ],
  },
  {
    title: "paths that would mean something in a policy",
    edits: [
      { in: acme, replace: "virtualPath: /remittances", by: "virtualPath: /*" },
      { in: remittances, replace: "virtualPath: /remittances", by: "virtualPath: /$home" },
    ],
    problems: [
      'acme/partner.yaml:10:18: "folders[0].virtualPath" cannot be "/*"; write an absolute path like "/claims", without a slash at its end and without * ? $ and \\',
      'clinic/subscriptions/remittances.yaml:4:18: "deliver.place.virtualPath" cannot be "/$home"; write an absolute path like "/claims", without a slash at its end and without * ? $ and \\',
    ],
  },
  {
    title: "values that can never work",
    edits: [
      {
        in: acme,
        replace: "destinations:\n",
        by: [
          "destinations:",
          ...["10.0.0.300", "10.0.1", "localhost", "sftp.LocalHost", "a..example", "-a.example"].map(
            (host, index) =>
              `  server-${index}: { host: ${host}, username: q, authentication: key, hostKeys: [${otherKey}] }`,
          ),
          "",
        ].join("\n"),
      },
      { in: acme, replace: "name: Acme Health Plan", by: 'name: "Acme\\nHealth Plan"' },
      { in: acme, replace: "virtualPath: /remittances", by: 'virtualPath: "/remit\\u202Etances"' },
      { in: claims, replace: "remotePath: inbox", by: 'remotePath: "  "' },
      { in: acme, replace: "username: quayside", by: 'username: " "' },
      { in: remittances, replace: "virtualPath: /remittances", by: 'virtualPath: "/remit\\ntances"' },
    ],
    problems: [
      'acme/partner.yaml:1:7: "name" cannot be "Acme\\nHealth Plan"; write it in one line, without characters that nobody sees',
      'acme/partner.yaml:10:18: "folders[0].virtualPath" cannot be "/remit\\u202etances"; write it in one line, without characters that nobody sees',
      `acme/partner.yaml:14:21: "destinations.server-0.host" cannot be "10.0.0.300"; write a host name, or an IPv4 address of four numbers up to 255`,
      `acme/partner.yaml:15:21: "destinations.server-1.host" cannot be "10.0.1"; write a host name, or an IPv4 address of four numbers up to 255`,
      `acme/partner.yaml:16:21: "destinations.server-2.host" cannot be "localhost"; name the partner's server: this is the machine that sends`,
      `acme/partner.yaml:17:21: "destinations.server-3.host" cannot be "sftp.LocalHost"; name the partner's server: this is the machine that sends`,
      `acme/partner.yaml:18:21: "destinations.server-4.host" cannot be "a..example"; write a host name or an IPv4 address, without sftp://`,
      `acme/partner.yaml:19:21: "destinations.server-5.host" cannot be "-a.example"; write a host name or an IPv4 address, without sftp://`,
      'acme/partner.yaml:22:15: "destinations.intake.username" cannot be " "; write the user name that the partner gave us',
      'acme/subscriptions/claims.yaml:12:17: "deliver.push.remotePath" cannot be "  "; write the folder on that server; "." is where the login starts',
      'clinic/subscriptions/remittances.yaml:4:18: "deliver.place.virtualPath" cannot be "/remit\\ntances"; write it in one line, without characters that nobody sees',
    ],
  },
  {
    title: "required keys left out",
    edits: [
      { in: acme, replace: "name: Acme Health Plan\n", by: "" },
      { in: acme, replace: "    authentication: password\n", by: "" },
      { in: claims, replace: "      from: json\n", by: "" },
      { in: remittances, replace: "    virtualPath: /remittances", by: "    onConflict: replace" },
    ],
    problems: [
      'acme/partner.yaml:1:1: "name" is missing; add name: …',
      'acme/partner.yaml:14:5: "destinations.intake.authentication" is missing; add authentication: password | key',
      'acme/subscriptions/claims.yaml:6:7: "transform[0].convert.from" is missing; add from: csv | json | ndjson | parquet',
      'clinic/subscriptions/remittances.yaml:4:5: "deliver.place.virtualPath" is missing; add virtualPath: …',
    ],
  },
  {
    title: "lists that are empty",
    edits: [
      { in: acme, replace: "    - 203.0.113.0/24", by: "    []" },
      { in: acme, replace: "[delivery.failed]", by: "[]" },
      {
        in: claims,
        replace: "transform:\n  - convert:\n      from: json\n      to: csv\n      sql: transforms/claims.sql\n",
        by: "transform: []\n",
      },
    ],
    problems: [
      'acme/partner.yaml:8:5: "login.sourceAddresses" has no entries; list at least one block, or leave the key out to allow any address',
      'acme/partner.yaml:22:13: "notifications[0].events" has no entries; name at least one event',
      'acme/subscriptions/claims.yaml:4:12: "transform" has no entries; list at least one step, or leave the key out to deliver files as they come',
    ],
  },
  {
    title: "a delivery that does both",
    edits: [{ in: claims, replace: "deliver:", by: "deliver:\n  place:\n    virtualPath: /remittances" }],
    problems: [
      'acme/subscriptions/claims.yaml:10:3: "deliver" both pushes and places; give exactly one of `push` and `place`',
    ],
  },
  {
    title: "a delivery that does neither",
    edits: [{ write: remittances, as: "fileGroup: remittances\ndeliver: {}\n" }],
    problems: [
      'clinic/subscriptions/remittances.yaml:2:10: "deliver" neither pushes nor places; give exactly one of `push` and `place`',
    ],
  },
  {
    title: "names that are no good",
    edits: [
      { in: acme, replace: "  intake:", by: "  Intake_1:" },
      { in: groups, replace: "  claims:", by: "  Claims:" },
    ],
    problems: [
      'acme/partner.yaml:14:3: "Intake_1" is not a good name; use 3 to 40 lower-case letters, digits and hyphens, with a letter first',
      'file-groups.yaml:2:3: "Claims" is not a good name; use 3 to 40 lower-case letters, digits and hyphens, with a letter first',
    ],
  },
  {
    title: "three host keys",
    edits: [{ in: acme, replace: "    hostKeys:", by: "    hostKeys:\n      - a\n      - b" }],
    problems: [
      'acme/partner.yaml:19:7: "destinations.intake.hostKeys" has 3 entries; pin one host key, or two while the server changes from one to the other',
    ],
  },
];
