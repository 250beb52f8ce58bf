/** Partner files for tests of the program: content by path below the partners folder. */

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINEj9+AyoXh8jtx4SzpKUIyk62rOBrbiEtX1y8l0UPRM";

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
