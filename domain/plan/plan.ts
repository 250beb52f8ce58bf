/**
 * What a change of the partner files means: the typed difference between two revisions. Text, Markdown and JSON are
 * renderings of this value, and nothing else is in them.
 */
export interface Plan {
  before: Census;
  after: Census;
  /** What is there before and not after; a renamed partner is not among them. */
  removed: { partners: string[]; logins: string[] };
  /** By partner, and for each in the order in which a reviewer asks: who is it, how does it get in, what does it see, … */
  changes: Change[];
  /** Every flow that starts, stops or changes, for the picture. */
  flows: FlowChange[];
  /** Why this must not be deployed just so; null where it may. */
  refusal: string | null;
  /** What to know about the comparison itself. */
  notes: string[];
}

export interface Census {
  partners: number;
  logins: number;
}

/** `danger`: access or files are lost, opened up or sent elsewhere. `notice`: somebody should know. */
export type Risk = "none" | "notice" | "danger";

export interface Change {
  kind: ChangeKind;
  /** Whom it concerns, by the id after the change; before it, where the partner is removed. */
  partner: string;
  risk: Risk;
  /** Why it is risky, in a few words; null where it is not. */
  because: string | null;
  /** One sentence that stands on its own. */
  sentence: string;
}

export const changeKinds = [
  "partner-created",
  "partner-removed",
  "partner-renamed",
  "partner-likely-renamed",
  "partner-name-changed",
  "former-ids-changed",
  "login-added",
  "login-removed",
  "username-changed",
  "endpoint-changed",
  "password-issued",
  "password-rotated",
  "password-removed",
  "password-version-lowered",
  "key-added",
  "key-removed",
  "addresses-widened",
  "addresses-narrowed",
  "addresses-rewritten",
  "folder-added",
  "folder-removed",
  "folder-access-changed",
  "folder-group-changed",
  "folder-moved",
  "folder-replication-changed",
  "session-policy-near-limit",
  "destination-added",
  "destination-removed",
  "destination-moved",
  "destination-login-changed",
  "host-key-changed",
  "host-key-added",
  "host-key-removed",
  "notification-added",
  "notification-removed",
  "notification-changed",
  "subscription-added",
  "subscription-removed",
  "subscription-changed",
  "flow-started",
  "flow-stopped",
  "other",
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** Files of one upload folder that one subscription takes. */
export interface Flow {
  publisher: string;
  /** The publisher's upload folder. */
  virtualPath: string;
  fileGroup: string;
  subscriber: string;
  /** The subscription's name. */
  subscription: string;
  /** Glob on the file name; null: every file. */
  match: string | null;
  /** What becomes of a file: `as they came`, `json → csv (SQL)`. */
  form: string;
  /** Where it goes: `pushed to …`, `placed into …`. */
  delivery: string;
}

export interface FlowChange extends Flow {
  change: "started" | "stopped" | "changed";
}
