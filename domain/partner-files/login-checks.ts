import { wholeFile } from "../problem";
import { cidrMistake } from "../source-address";
import { anyIn } from "./any-in";
import type { Check, Folder, Report } from "./check";
import type { Partner } from "./partner";
import { usernameOf } from "./username-of";

/** Who logs in, with what, and from where. */
export const loginChecks: Record<string, Check> = {
  "A login has a password or at least one key": loginHasAMethod,
  "The internal endpoint takes keys only": internalLoginHasNoPassword,
  "The internal endpoint checks no source addresses": internalLoginComesFromAnywhere,
  "A user name belongs to one login": usernamesAreUnique,
  "A user name is not root": usernameIsNotRoot,
  "A key logs in as one partner": keysAreUnique,
  "Source addresses are CIDR blocks": sourceAddressesAreBlocks,
};

function loginHasAMethod({ partners, broken }: Folder, report: Report): void {
  for (const { id, settings, keys, source } of partners) {
    if (!settings.login || settings.login.passwordVersion !== undefined || keys.length > 0) continue;
    if (anyIn(broken, `${id}/keys/`) || source.mayLack(["login", "passwordVersion"])) continue;
    report({
      ...source.locate(["login"], "key"),
      message: "nobody can use this login: it has neither a password nor a key",
      fix: `add ${settings.login.endpoint === "internal" ? "" : "`passwordVersion: 1`, or "}a public key as ${id}/keys/NAME.pub`,
    });
  }
  for (const { settings, keys, source } of partners) {
    const first = keys[0];
    if (settings.login || !first || source.mayLack(["login"])) continue;
    report({
      ...wholeFile(first.file),
      message: "this key belongs to no login",
      fix: "add `login:` to partner.yaml, or delete the key",
    });
  }
}

function internalLoginHasNoPassword({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    if (settings.login?.endpoint !== "internal" || settings.login.passwordVersion === undefined) continue;
    report({
      ...source.locate(["login", "passwordVersion"], "key"),
      message: "the internal endpoint knows no passwords",
      fix: "remove `passwordVersion`, and add the application's public key under keys/",
    });
  }
}

function internalLoginComesFromAnywhere({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    if (settings.login?.endpoint !== "internal" || settings.login.sourceAddresses === undefined) continue;
    report({
      ...source.locate(["login", "sourceAddresses"], "key"),
      message: "the internal endpoint checks no source addresses",
      fix: "remove `sourceAddresses`; who reaches that endpoint is decided by its security group",
    });
  }
}

const usernamePlace = ({ settings, source }: Partner) =>
  settings.login?.username === undefined ? source.locate(["login"], "key") : source.locate(["login", "username"]);

function usernamesAreUnique({ partners }: Folder, report: Report): void {
  const owners = new Map<string, string>();
  // A partner without a user name of its own has its id: whoever wrote the same name down can choose another.
  const implicit = partners.filter(({ settings }) => settings.login?.username === undefined);
  for (const partner of new Set([...implicit, ...partners])) {
    const username = usernameOf(partner);
    if (username === undefined || partner.source.isWrong(["login", "username"])) continue;
    const owner = owners.get(username);
    if (owner === undefined) owners.set(username, partner.id);
    else {
      report({
        ...usernamePlace(partner),
        message: `"${username}" is already the user name of ${owner}`,
        fix: "choose another",
      });
    }
  }
}

function usernameIsNotRoot({ partners }: Folder, report: Report): void {
  for (const partner of partners) {
    if (usernameOf(partner) !== "root") continue;
    report({
      ...usernamePlace(partner),
      message: 'Transfer Family refuses the user name "root"',
      fix: "choose another as `username:`",
    });
  }
}

function keysAreUnique({ partners }: Folder, report: Report): void {
  const owners = new Map<string, string>();
  for (const { file, key } of partners.flatMap(({ keys }) => keys)) {
    const owner = owners.get(key.fingerprint);
    if (owner === undefined) owners.set(key.fingerprint, file);
    else
      report({
        ...wholeFile(file),
        message: `this is the same key as ${owner}`,
        fix: "delete one, or ask for another key",
      });
  }
}

function sourceAddressesAreBlocks({ partners }: Folder, report: Report): void {
  for (const { settings, source } of partners) {
    for (const [index, cidr] of (settings.login?.sourceAddresses ?? []).entries()) {
      const mistake = cidrMistake(cidr);
      if (mistake) report({ ...source.locate(["login", "sourceAddresses", index]), ...mistake });
    }
  }
}
