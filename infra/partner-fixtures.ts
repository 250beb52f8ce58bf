/** Partner files for tests of the program: content by path below the partners folder. */

/** Two keys, and how `ssh-keygen -l` shows them. */
export const keys = [
  {
    line: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINEj9+AyoXh8jtx4SzpKUIyk62rOBrbiEtX1y8l0UPRM",
    fingerprint: "SHA256:g1kbM2CxJdNID8FBgN925/Qy872Nm2Ap95JR2ZHz7LU",
  },
  {
    line: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEVqsPgvICStlVu2zxaI6Hhk0q3JsqZ3/Q5TSWHgkb/A",
    fingerprint: "SHA256:e8UoadtwKZ9BJ2QCMx27V6DOoTc2KTYed9wRQcHuqvQ",
  },
] as const;
const hostKey = keys[0].line;

/** A password login, a push and a notification: as much as a typical partner has. */
export function subscriber(id: string, { port = 22 } = {}): Record<string, string> {
  return {
    [`${id}/partner.yaml`]: `name: ${id} Inc
contacts:
  - name: Ada
    email: ada@${id}.example
login:
  passwordVersion: 1
folders:
  - virtualPath: /claims
    access: download
destinations:
  intake:
    host: sftp.${id}.example
    port: ${port}
    username: quayside
    authentication: password
    hostKeys:
      - ${hostKey}
notifications:
  - email: ops@${id}.example
    events: [delivery.failed, delivery.delivered]
`,
    [`${id}/subscriptions/claims.yaml`]: `fileGroup: claims
deliver:
  push:
    destination: intake
    remotePath: inbox
`,
  };
}

/** Uploads with a key; no password, no push, nobody to tell. */
export function publisher(id: string): Record<string, string> {
  return {
    [`${id}/partner.yaml`]: `name: ${id} Inc
contacts:
  - name: Ada
    email: ada@${id}.example
login: {}
folders:
  - virtualPath: /claims
    access: upload
    fileGroup: claims
`,
    [`${id}/keys/one.pub`]: `${hostKey} ada@${id}\n`,
  };
}

/** One of the company's own applications: two keys on the internal endpoint, one folder for both directions. */
export function application(id: string, { replicateToEfs = false, keyFiles = ["one.pub", "two.pub"] } = {}) {
  const files = keyFiles.map((file, index) => [`${id}/keys/${file}`, `${keys[index]?.line} ${id}@host\n`]);
  return {
    [`${id}/partner.yaml`]: `name: ${id}
contacts:
  - name: Ada
    email: ada@${id}.example
login:
  endpoint: internal
folders:
  - virtualPath: /exchange
    access: both
    fileGroup: claims${replicateToEfs ? "\n    replicateToEfs: true" : ""}
  - virtualPath: /in
    access: upload
    fileGroup: claims
`,
    ...Object.fromEntries(files),
  } as Record<string, string>;
}
