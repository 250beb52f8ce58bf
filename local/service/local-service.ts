import { buffer } from "node:stream/consumers";
import type { Entitlements, LoginEntitlement } from "../../domain/entitlements";
import { type Ledger, openLedger } from "../../domain/ledger/ledger";
import program from "../../infra/index";
import { AwsError } from "../aws-endpoint/aws-error";
import type { LocalLogin } from "../console/partner-lines";
import { type Change, LocalStack } from "../program/local-stack";
import { readStackConfig } from "../program/stack-config";
import { providerFunctions } from "../recorded/provider-functions";
import type { TransferServer } from "../transfer/transfer-servers";
import { openRunFolder, type RunFolder } from "./run-folder";
import { type StandInLog, type StandIns, startStandIns } from "./stand-ins";

export interface LocalServiceOptions {
  /** The partners folder that the program reads. */
  partners: string;
  /** The stack whose configuration is used: `dev` unless told. */
  stack?: string;
  /** Configuration that differs from the stack's, by full key. */
  config?: Record<string, string>;
  /** The folder for everything that is kept, which goes in the end; a new one unless told. */
  run?: RunFolder;
  onLog?: (log: StandInLog) => void;
  onChange?: (change: Change) => void;
}

type Endpoint = LoginEntitlement["endpoint"];

/** Whoever reads what arrived: somebody at the machine, whom no policy limits. */
const operator = { principalId: "OPERATOR", sourceAddress: "127.0.0.1" };

/** Starts the stand-ins. Nothing of the program is there before the first `up`. */
export async function startLocalService(options: LocalServiceOptions): Promise<LocalService> {
  const stackName = options.stack ?? "dev";
  const config: Record<string, string> = {
    ...(await readStackConfig(process.cwd(), stackName)),
    ...options.config,
    "quayside:partners": options.partners,
  };
  const run = options.run ?? (await openRunFolder());
  const standIns = await startStandIns({
    folder: await run.privateFolder("stand-ins"),
    databaseFolder: run.path,
    region: config["aws:region"] ?? "eu-central-1",
    onLog: options.onLog ?? (() => {}),
  }).catch(async (error) => {
    await run.remove();
    throw error;
  });
  const stack = new LocalStack({
    program: () => program(),
    handlers: standIns.handlers,
    functions: providerFunctions(standIns.account),
    project: "quayside",
    stack: stackName,
    config,
    ...(options.onChange && { onChange: options.onChange }),
  });
  return new LocalService(standIns, stack, stackName, run);
}

/** Quayside on this machine: the stand-ins, and the deployment program's resources on them. */
export class LocalService {
  readonly standIns: StandIns;
  readonly stack: LocalStack;
  readonly #stackName: string;
  readonly #run: RunFolder;
  #ledger: Ledger | undefined;

  constructor(standIns: StandIns, stack: LocalStack, stackName: string, run: RunFolder) {
    this.standIns = standIns;
    this.stack = stack;
    this.#stackName = stackName;
    this.#run = run;
  }

  /** Runs the program again and applies what differs; once the signal aborts, fails and applies no more. */
  up(signal?: AbortSignal): Promise<Change[]> {
    return this.stack.up(signal);
  }

  /** The ledger, as the service's own functions see it. Throws before the first `up`. */
  ledger(): Ledger {
    this.#ledger ??= openLedger(databaseOf(this.stack, this.standIns));
    return this.#ledger;
  }

  /** Where partners connect, or the company's own applications. Throws before the first `up`. */
  sftpPort(endpoint: Endpoint = "partner"): number {
    const port = this.#serverOf(endpoint)?.sftp?.port;
    if (port === undefined) throw new Error(`no ${endpoint} endpoint is running; call up() first`);
    return port;
  }

  /** The folder that applications see as the file system; undefined where the stack has none. */
  fileSystemFolder(): string | undefined {
    const accessPoint = this.stack.resources.find(({ type }) => type === "aws:efs/accessPoint:AccessPoint");
    return accessPoint && this.standIns.files.mountedFolder(accessPoint.id);
  }

  /** The password waiting for hand-over, if the login has one. */
  issuedPassword(username: string): string | undefined {
    const { secrets } = this.standIns;
    const secret = secrets.find(`quayside/${this.#stackName}/login/${username}`);
    if (secret === undefined) return undefined;
    return (JSON.parse(secrets.value(secret.arn).string ?? "{}") as { password: string }).password;
  }

  /** Does the operator's part: puts credentials into a destination's secret, unless it has some. */
  fillPushSecret(originalId: string, destination: string, credentials: object): void {
    const { secrets } = this.standIns;
    const secret = secrets.secret(`quayside/${this.#stackName}/push/${originalId}/${destination}`);
    if (secret.versions().length > 0) return;
    secrets.putValue(secret, { string: JSON.stringify(credentials) });
  }

  /** The keys in the service's bucket, of objects that are there now. */
  async *objectKeys(): AsyncGenerator<string> {
    let continuationToken: string | undefined;
    do {
      const page = await this.standIns.s3.listObjects(operator, {
        bucket: this.#bucket(),
        ...(continuationToken && { continuationToken }),
      });
      for (const { key } of page.objects) yield key;
      continuationToken = page.nextContinuationToken;
    } while (continuationToken);
  }

  /**
   * The current version of an object in the service's bucket, to be read to its end or returned; undefined where there is
   * none.
   */
  async openObject(objectKey: string): Promise<AsyncGenerator<Uint8Array> | undefined> {
    try {
      return (await this.standIns.s3.getObject(operator, { bucket: this.#bucket(), key: objectKey })).body;
    } catch (error) {
      if (error instanceof AwsError && error.code === "NoSuchKey") return undefined;
      throw error;
    }
  }

  /** The same, whole. */
  async readObject(objectKey: string): Promise<Uint8Array | undefined> {
    const content = await this.openObject(objectKey);
    return content && buffer(content);
  }

  /** How a partner logs in here, with its password where it has one; undefined where it cannot. */
  loginOf({ login }: Entitlements): LocalLogin | undefined {
    const server = login && this.#serverOf(login.endpoint);
    // Not every stack has the internal endpoint.
    if (!server) return undefined;
    const { endpoint, username } = login;
    const password = endpoint === "partner" ? this.issuedPassword(username) : undefined;
    const hostKeys = server.hostKeys.map(({ publicKey }) => publicKey);
    return { host: "127.0.0.1", port: this.sftpPort(endpoint), username, hostKeys, ...(password && { password }) };
  }

  async stop(): Promise<void> {
    try {
      await this.#ledger?.close();
      await this.standIns.stop();
    } finally {
      await this.#run.remove();
    }
  }

  #bucket(): string {
    return String(this.stack.outputs.bucket);
  }

  #serverOf(endpoint: Endpoint): TransferServer | undefined {
    const type = endpoint === "partner" ? "API_GATEWAY" : "SERVICE_MANAGED";
    return this.standIns.transfer.list().find(({ inputs }) => inputs.identityProviderType === type);
  }
}

/** Where the program put the database; as its master user, because nobody's role may read all of it. */
function databaseOf(stack: LocalStack, { databases }: StandIns) {
  const cluster = stack.resources.find(({ type }) => type === "aws:rds/cluster:Cluster");
  if (!cluster) throw new Error("the program has no database; call up() first");
  // Its front asks the master user for a token once the ledger is there, and nobody here has a role to sign one.
  const { behind, masterUsername, masterPassword, certificateAuthority } = databases.cluster(cluster.id);
  return {
    ...{ ...behind, user: masterUsername, certificateAuthority },
    password: async () => masterPassword,
    database: String(cluster.inputs.databaseName),
  };
}
