/** An event as EventBridge delivers it. */
export interface BusEvent {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  /** ISO 8601, whole seconds. */
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
}

/** What the one who puts an event says of it; the bus adds the rest. */
export interface NewEvent {
  source: string;
  detailType: string;
  detail: Record<string, unknown>;
  /** ARNs. */
  resources?: string[];
  time?: Date;
}
