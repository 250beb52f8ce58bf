import { type AwsAccount, localAccount } from "../aws-endpoint/account";
import type { FailedDelivery } from "../aws-endpoint/failed-deliveries";
import type { AwsService } from "../aws-endpoint/service";
import { type Clock, systemClock } from "../clock";
import type { Authorize } from "./authorization";
import { bucketOf, type Core } from "./core";
import { Notifier, type NotifierOptions, type Observer } from "./events/notifier";
import { answer } from "./http/answer";
import { operations } from "./in-process-operations";
import { Replicator } from "./replication/replicator";
import { sequencer } from "./sequencer";
import type { BucketConfiguration } from "./store/bucket";
import { Store } from "./store/store";

export interface S3Options extends Partial<Pick<NotifierOptions, "publish" | "eventBridge" | "undelivered">> {
  /** Where everything is kept; made if it does not exist. Only `blobs/`, `incoming/` and the journal in it are touched. */
  folder: string;
  /** Whether the state outlives `close`: else the store starts empty. */
  persistent?: boolean;
  account?: AwsAccount;
  clock?: Pick<Clock, "now">;
  /**
   * Asked for each permission of each request. Absent: requests over HTTP ask the endpoint's own, and in process
   * everything is allowed.
   */
  authorize?: Authorize;
}

type InProcess<Operations> = {
  [Name in keyof Operations]: Operations[Name] extends (core: Core, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

/** The local S3: the REST API behind the AWS endpoint, and the same operations in process. */
export interface S3 extends AwsService, InProcess<typeof operations> {
  readonly scope: "s3";
  readonly account: AwsAccount;
  bucketNames(): string[];
  /** Calls the observer with every event of every bucket; the returned function ends that. `idle` waits for it. */
  observe(observer: Observer): () => void;
  /** A bucket's configuration. Errors: NoSuchBucket. */
  configurationOf(bucket: string): Readonly<BucketConfiguration>;
  /** Resolves when every event so far was delivered. */
  idle(): Promise<void>;
  /** Waits for events under way and closes the journal. The folder stays. */
  close(): Promise<void>;
}

/** Opens the local S3 on a folder. */
export async function createS3(options: S3Options): Promise<S3> {
  const { folder, persistent = false, account = localAccount(), clock = systemClock, authorize } = options;
  const { publish = () => {}, eventBridge = () => {}, undelivered = report } = options;
  const store = await Store.open(folder, persistent);
  const notifier = new Notifier({ ...account, clock, publish, eventBridge, undelivered });
  const core: Core = { ...account, store, notifier, authorize, clock, nextSequencer: sequencer(clock) };
  const replicator = new Replicator(core);
  notifier.observe({ name: "replication", onEvent: (event) => replicator.replicate(event) });
  return {
    ...inProcess(core),
    scope: "s3",
    account,
    handle: (call) => answer(core, call),
    bucketNames: () => [...store.catalogue.buckets.keys()],
    configurationOf: (bucket) => bucketOf(core, bucket).configuration,
    observe: (observer) => notifier.observe(observer),
    idle: () => notifier.idle(),
    async close() {
      await notifier.idle();
      store.close();
    },
  };
}

function inProcess(core: Core): InProcess<typeof operations> {
  const bound = Object.entries(operations).map(([name, operation]) => [
    name,
    (operation as (core: Core, ...rest: unknown[]) => unknown).bind(undefined, core),
  ]);
  return Object.fromEntries(bound);
}

function report({ to, reason }: FailedDelivery): void {
  console.error(`S3 could not deliver an event to ${to}: ${reason}`);
}
