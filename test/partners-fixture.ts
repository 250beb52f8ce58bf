import type { Entitlements, FolderEntitlement, Subscription } from "../domain/entitlements";
import { folderPrefix, remotePath, virtualPath } from "../domain/paths";

/** A partner that uploads claims to `/claims` and downloads from `/inbox`, with a password login. */
export function publisher(partner = "acme", overrides: Partial<Entitlements> = {}): Entitlements {
  return {
    partner,
    name: `${partner} Inc.`,
    login: {
      username: `${partner}-login`,
      endpoint: "partner",
      passwordVersion: 1,
      publicKeys: [],
      sourceAddresses: [],
    },
    folders: [folder(partner, "/claims", "upload", "claims"), folder(partner, "/inbox", "download", null)],
    destinations: [],
    subscriptions: [],
    ...overrides,
  };
}

export function folder(
  partner: string,
  path: string,
  access: FolderEntitlement["access"],
  fileGroup: string | null,
  { replicate = false }: Partial<Pick<FolderEntitlement, "replicate">> = {},
): FolderEntitlement {
  return {
    virtualPath: virtualPath(path),
    objectPrefix: folderPrefix(partner, virtualPath(path)),
    access,
    fileGroup,
    replicate,
  };
}

/** A partner without a login that gets claims pushed to its server `main`. */
export function subscriber(partner = "beta", overrides: Partial<Entitlements> = {}): Entitlements {
  return {
    partner,
    name: `${partner} Inc.`,
    login: null,
    folders: [],
    destinations: [
      {
        name: "main",
        host: "sftp.example.org",
        port: 22,
        username: "quayside",
        hostKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFixture"],
        authentication: "key",
      },
    ],
    subscriptions: [subscription("claims")],
    ...overrides,
  };
}

/** Pushes claims as they came to `/inbox` of the destination `main`. */
export function subscription(name: string, overrides: Partial<Subscription> = {}): Subscription {
  return {
    name,
    fileGroup: "claims",
    publisher: null,
    match: null,
    transform: [],
    delivery: {
      kind: "push",
      destination: "main",
      remotePath: remotePath("/inbox"),
      fileName: "{name}",
      onConflict: "rename",
    },
    ...overrides,
  };
}
