import { buffer } from "node:stream/consumers";
import type { Entitlements, LoginEntitlement } from "../../domain/entitlements";
import { type Ledger, openLedger } from "../../domain/ledger/ledger";
import program from "../../infra/index";
import type { LocalLogin } from "../console/partner-lines";
import { type Change, LocalStack } from "../program/local-stack";
import { readStackConfig } from "../program/stack-config";
import { providerFunctions } from "../recorded/provider-functions";
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

/** Quayside on this machine: the stand-ins, and the deployment program's resources on them. */
export interface LocalService {
  standIns: StandIns;
  stack: LocalStack;
  /** The ledger, as the service's own functions see it. Throws before the first `up`. */
  ledger(): Ledger;
  /** Where partners connect, or the company's own applications. Throws before the first `up`. */
  sftpPort(endpoint?: Endpoint): number;
  /** The folder that applications see as the file system; undefined where the stack has none. */
  fileSystemFolder(): string | undefined;
  /** Runs the program again and applies what differs; once the signal aborts, fails and applies no more. */
  up(signal?: AbortSignal): Promise<Change[]>;
  /** The password waiting for hand-over, if the login has one. */
  issuedPassword(username: string): string | undefined;
  /** Does the operator's part: puts credentials into a destination's secret, unless it has some. */
  fillPushSecret(originalId: string, destination: string, credentials: object): void;
  /** The current version of an object in the service's bucket; undefined where there is none. */
  readObject(objectKey: string): Promise<Uint8Array | undefined>;
  /** How a partner logs in here, with its password where it has one; undefined where it cannot. */
  loginOf(entitlements: Entitlements): LocalLogin | undefined;
  stop(): Promise<void>;
}

type Endpoint = LoginEntitlement["endpoint"];

/** Whoever reads what arrived: somebody at the machine, whom no policy limits. */
const operator = { principalId: "OPERATOR", sourceAddress: "127.0.0.1" };

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
  let ledger: Ledger | undefined;
  const serverOf = (endpoint: Endpoint) => {
    const type = endpoint === "partner" ? "API_GATEWAY" : "SERVICE_MANAGED";
    return standIns.transfer.list().find(({ inputs }) => inputs.identityProviderType === type);
  };
  const sftpPort = (endpoint: Endpoint = "partner") => {
    const port = serverOf(endpoint)?.sftp?.port;
    if (port === undefined) throw new Error(`no ${endpoint} endpoint is running; call up() first`);
    return port;
  };
  const issuedPassword = (username: string) => {
    const secret = standIns.secrets.find(`quayside/${stackName}/login/${username}`);
    if (secret === undefined) return undefined;
    return (JSON.parse(standIns.secrets.value(secret.arn).string ?? "{}") as { password: string }).password;
  };
  return {
    standIns,
    stack,
    ledger() {
      ledger ??= openLedger(databaseOf(stack, standIns));
      return ledger;
    },
    sftpPort,
    fileSystemFolder() {
      const accessPoint = stack.resources.find(({ type }) => type === "aws:efs/accessPoint:AccessPoint");
      return accessPoint && standIns.files.mountedFolder(accessPoint.id);
    },
    up: (signal) => stack.up(signal),
    issuedPassword,
    fillPushSecret(originalId, destination, credentials) {
      const secret = standIns.secrets.secret(`quayside/${stackName}/push/${originalId}/${destination}`);
      if (secret.versions().length > 0) return;
      standIns.secrets.putValue(secret, { string: JSON.stringify(credentials) });
    },
    async readObject(objectKey) {
      const bucket = String(stack.outputs.bucket);
      const found = await standIns.s3.getObject(operator, { bucket, key: objectKey }).catch(() => undefined);
      return found && buffer(found.body);
    },
    loginOf({ login }) {
      const server = login && serverOf(login.endpoint);
      // Not every stack has the internal endpoint.
      if (!server) return undefined;
      const { endpoint, username } = login;
      const password = endpoint === "partner" ? issuedPassword(username) : undefined;
      const hostKeys = server.hostKeys.map(({ publicKey }) => publicKey);
      return { host: "127.0.0.1", port: sftpPort(endpoint), username, hostKeys, ...(password && { password }) };
    },
    async stop() {
      try {
        await ledger?.close();
        await standIns.stop();
      } finally {
        await run.remove();
      }
    },
  };
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
