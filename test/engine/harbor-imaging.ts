import { pageBlocks } from "../docs/page-blocks";

const [partner = "", subscription = ""] = pageBlocks("onboarding.md", "yaml");

/** The partner that docs/onboarding.md adds, by the files that it shows, so that the recorded preview is of just that one. */
export const harborImaging = {
  id: "harbor-imaging",
  files: { "partner.yaml": partner, "subscriptions/remittances-acme-health.yaml": subscription },
};

/** Its partner.yaml, which lets this machine in as well. */
export const fromHere = partner.replace("    - 198.51.100.0/24\n", "$&    - 127.0.0.1/32\n");

/** What its files say once remittances also go to a server of its own. */
export const withServer = {
  "partner.yaml": `${fromHere}destinations:
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
