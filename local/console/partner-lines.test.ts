import { expect } from "chai";
import { coloursOn } from "../../cli/colours-on";
import type { Entitlements } from "../../domain/entitlements";
import { type LocalPartner, partnerLines } from "./partner-lines";

const acme: Entitlements = {
  ...{ partner: "acme-health", name: "Acme Health Plan", folders: [], destinations: [], subscriptions: [] },
  login: { username: "acme", endpoint: "internal", passwordVersion: 1, publicKeys: [], sourceAddresses: [] },
};
const login = { host: "127.0.0.1", port: 41167, username: "acme", hostKeys: [], password: "a-password" };
const here: LocalPartner = {
  login: { ...login, privateKeyFile: "/tmp/quayside-1-abcdef/keys/acme-health" },
  sshConfigFile: "/tmp/quayside-1-abcdef/ssh",
  serverFolders: ["/tmp/quayside-1-abcdef/destinations/acme-health/claims-intake"],
};
const lines = (entitlements: Entitlements, own: Partial<LocalPartner>, columns?: number) =>
  partnerLines(entitlements, { ...here, ...own }, { colours: coloursOn({}), columns });

describe("partnerLines", () => {
  it("say how to log in, and where its server's files are", () => {
    expect(lines(acme, {})).to.deep.equal([
      "  acme-health  Acme Health Plan",
      "    log in    sftp -F /tmp/quayside-1-abcdef/ssh acme-health",
      "    password  a-password",
      "    key       /tmp/quayside-1-abcdef/keys/acme-health",
      "    port      41167 on 127.0.0.1, the internal endpoint, user acme",
      "    server    /tmp/quayside-1-abcdef/destinations/acme-health/claims-intake",
    ]);
  });

  it("break sentences where the screen ends, and no command", () => {
    const sshConfigFile = "/var/folders/a b/quayside-1-abcdef/ssh";
    const [, command, , , port] = lines(acme, { sshConfigFile }, 50);
    expect(command).to.equal(`    log in    sftp -F '${sshConfigFile}' acme-health`);
    expect(port).to.equal("    port      41167 on 127.0.0.1, the internal\n              endpoint, user acme");
  });

  it("say that there is no login", () => {
    const [, only] = lines({ ...acme, login: null }, { login: undefined, serverFolders: [] });
    expect(only).to.equal("    log in    no login: it only receives by push");
  });
});
