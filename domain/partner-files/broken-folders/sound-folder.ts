import type { FileMap } from "../read-partner-folder";

/** A folder without problems, of which every broken one is a copy with some edits. */
export const soundFiles: Record<string, string> = {
  "README.md": "Partners, one folder each.\n",
  "file-groups.yaml": `fileGroups:
  claims:
    description: Medical claims
  remittances:
    description: What a payer pays
`,
  "acme/partner.yaml": `name: Acme Health Plan
contacts:
  - name: Jonas Weber
    email: mft@acme.example
login:
  username: acme-edi
  sourceAddresses:
    - 203.0.113.0/24
folders:
  - virtualPath: /remittances
    access: upload
    fileGroup: remittances
destinations:
  intake:
    host: sftp.acme.example
    username: quayside
    authentication: password
    hostKeys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFOG6kY7Rf4UtCFvPwKgo/BztXck2xC4a2WyA34XtIwZ
notifications:
  - email: mft@acme.example
    events: [delivery.failed]
`,
  "acme/keys/edi.pub":
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIYiQFJSt5wlwUBg9E4balBovlS8Xt28bAKpzrU8zRMZ edi@acme.example\n",
  "acme/subscriptions/claims.yaml": `fileGroup: claims
publisher: clinic
match: "*.json"
transform:
  - convert:
      from: json
      to: csv
      sql: transforms/claims.sql
deliver:
  push:
    destination: intake
    remotePath: inbox
    fileName: "{publisher}-{stem}.csv"
`,
  "acme/transforms/claims.sql": "SELECT * FROM input\n",
  "acme/samples/claims.json": '[{ "claim": 7 }]\n',
  "acme/samples/claims.expected.csv": "claim\n7\n",
  "acme/samples/uploads/remittances/remit.csv": "claim,paid_usd\n",
  "clinic/partner.yaml": `name: Northwind Clinic
contacts:
  - name: Ines Duarte
    email: edi@clinic.example
login:
  passwordVersion: 1
folders:
  - virtualPath: /claims
    access: upload
    fileGroup: claims
  - virtualPath: /remittances
    access: download
`,
  "clinic/subscriptions/remittances.yaml": `fileGroup: remittances
deliver:
  place:
    virtualPath: /remittances
`,
};

export type Edit =
  /** Replaces the first occurrence of a text, which must be there. */
  | { in: string; replace: string; by: string }
  /** Adds a file, or replaces all of it. */
  | { write: string; as: string | Uint8Array }
  | { remove: string }
  | { rename: string; to: string };

/** The sound folder, edited. */
export function folderWith(edits: readonly Edit[]): FileMap {
  const files = new Map<string, Uint8Array>(
    Object.entries(soundFiles).map(([path, text]) => [path, Buffer.from(text)]),
  );
  const contentOf = (path: string) => {
    const content = files.get(path);
    if (content === undefined) throw new Error(`there is no file ${path} to edit`);
    return content;
  };
  for (const edit of edits) {
    if ("write" in edit) files.set(edit.write, Buffer.from(edit.as));
    else if ("in" in edit) {
      const text = Buffer.from(contentOf(edit.in)).toString();
      if (!text.includes(edit.replace)) throw new Error(`${edit.in} does not hold "${edit.replace}"`);
      files.set(edit.in, Buffer.from(text.replace(edit.replace, () => edit.by)));
    } else {
      const path = "remove" in edit ? edit.remove : edit.rename;
      const content = contentOf(path);
      files.delete(path);
      if ("to" in edit) files.set(edit.to, content);
    }
  }
  return files;
}

/** The files that most edits are about. */
export const acme = "acme/partner.yaml";
export const claims = "acme/subscriptions/claims.yaml";
export const clinic = "clinic/partner.yaml";
export const remittances = "clinic/subscriptions/remittances.yaml";
export const groups = "file-groups.yaml";

/** A valid public key that is not in the folder. */
export const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM9UrIuebd5kTSWbQh8zdTL0Cx0ZIG2jNygK3bVuVgEL";

/** Of {@link otherKey}, as `ssh-keygen -l` gives it. */
export const otherFingerprint = "SHA256:vMbaARqVciRgXyZPNHDo+P5p5WK5yWG1Oo6VC35Bomw";
