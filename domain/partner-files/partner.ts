import type { SshPublicKey } from "../ssh-public-key";
import type { PartnerFile, SubscriptionFile } from "./definitions";
import type { YamlSource } from "./yaml-source";

/** One partner as its files say it, before anything is compiled: form is right, cross-file rules not yet checked. */
export interface Partner {
  /** Its folder name. */
  id: string;
  settings: PartnerFile;
  /** Where the settings stand, for problems. */
  source: YamlSource;
  /** Whether the settings are what the file says: among the checks, some may be made up. */
  isWhole: boolean;
  /** The keys that may log in, sorted by file. */
  keys: PartnerKey[];
  /** Sorted by name. */
  subscriptions: PartnerSubscription[];
  /** SQL by path below the partner's folder: `transforms/claims.sql`. */
  transforms: ReadonlyMap<string, string>;
  samples: Samples;
}

export interface PartnerKey {
  /** Path below the partners folder. */
  file: string;
  key: SshPublicKey;
}

export interface PartnerSubscription {
  /** Its file name without `.yaml`. */
  name: string;
  settings: SubscriptionFile;
  /** Only files of this partner, by its original id, which no rename changes; null: of any. */
  publisher: string | null;
  source: YamlSource;
  /** As for the partner. */
  isWhole: boolean;
}

export interface Samples {
  /** What a subscription must make of a file: the partner's contract. */
  contracts: ContractSample[];
  /** Files as this partner uploads them: `samples/uploads/<virtualPath>/<name>`. */
  uploads: UploadSample[];
}

export interface ContractSample {
  subscription: string;
  /** Path below the partners folder: `acme-health/samples/claims.json`. */
  file: string;
  content: Uint8Array;
  /** Undefined where there is no `.expected.` file beside it: the file must then arrive as it is. */
  expected: { file: string; content: Uint8Array } | undefined;
}

export interface UploadSample {
  virtualPath: string;
  name: string;
  file: string;
  content: Uint8Array;
}

/** The catalogue of file groups. */
export interface FileGroups {
  names: string[];
  source: YamlSource | undefined;
}
