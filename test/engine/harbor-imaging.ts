/** A partner to be onboarded: a login with a password, a folder to each side, and somebody to tell of failures. */
export const harborImaging = {
  id: "harbor-imaging",
  files: {
    "partner.yaml": `name: Harbor Imaging
contacts:
  - name: Lea Brandt
    email: files@harbor-imaging.example
login:
  passwordVersion: 1
folders:
  - virtualPath: /claims
    access: upload
    fileGroup: claims
  - virtualPath: /remittances
    access: download
notifications:
  - email: files@harbor-imaging.example
    events: [delivery.failed]
`,
    "subscriptions/remittances.yaml": `fileGroup: remittances
deliver:
  place:
    virtualPath: /remittances
`,
  },
};

/** What its files say once remittances also go to a server of its own. */
export const withServer = {
  "partner.yaml": `${harborImaging.files["partner.yaml"]}destinations:
  archive:
    host: sftp.harbor-imaging.example
    username: quayside
    authentication: password
    hostKeys:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINEj9+AyoXh8jtx4SzpKUIyk62rOBrbiEtX1y8l0UPRM
`.replace("access: upload", "access: both"),
  "subscriptions/archive.yaml": `fileGroup: remittances
deliver:
  push:
    destination: archive
    remotePath: inbox
`,
};
