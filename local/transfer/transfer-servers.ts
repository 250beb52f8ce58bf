import { randomBytes } from "node:crypto";
import type { AwsAccount } from "../aws-endpoint/account";
import type { AwsCredentials } from "../aws-endpoint/credentials";
import type { Principal } from "../aws-endpoint/service";
import type { Clock } from "../clock";
import { generateHostKeys, type HostKey, hostKey } from "../sftp/host-key";
import { apiGatewayIdentityProvider } from "./api-gateway-identity-provider";
import type { IdentityProvider } from "./identity-provider";
import type { ServerInputs } from "./server-inputs";
import { serviceManagedIdentityProvider } from "./service-managed-identity-provider";
import type { SessionCredentials } from "./session-opener";
import { newServerId, type SftpEndpoint, startSftpEndpoint } from "./sftp-endpoint";
import { type PutEvent, serverArn } from "./transfer-events";
import type { ServiceManagedUser } from "./user-handlers";

export interface TransferServersOptions {
  account: AwsAccount;
  /** URL that speaks S3. */
  s3Endpoint: string;
  credentials: SessionCredentials & { issue(principal: Principal): AwsCredentials };
  putEvent: PutEvent;
  /** Takes a line of a server's structured log. `logGroupArn`: where the program wants it, if anywhere. */
  log(line: string, from: { serverId: string; logGroupArn: string | undefined }): void;
  clock: Clock;
  /** Where uploads under way are kept; the system's own folder unless told. */
  temporaryFolder?: string;
}

/** A Transfer Family server of this machine. */
export interface TransferServer {
  id: string;
  arn: string;
  inputs: ServerInputs;
  hostKeys: HostKey[];
  vpcEndpointId: string;
  /** The SFTP endpoint; undefined where the server does not speak SFTP. */
  sftp: SftpEndpoint | undefined;
  /** What the program asked for and this machine does not serve, in words. */
  notServedHere: string[];
  /** Service-managed users by name. */
  users: Map<string, ServiceManagedUser>;
  /** Set by resources of their own, beside those of the server's inputs. */
  tags: Map<string, string>;
}

/** The Transfer Family servers of this machine, by id. */
export class TransferServers {
  readonly account: AwsAccount;
  readonly #options: TransferServersOptions;
  readonly #servers = new Map<string, TransferServer>();

  constructor(options: TransferServersOptions) {
    this.#options = options;
    this.account = options.account;
  }

  list(): TransferServer[] {
    return [...this.#servers.values()];
  }

  /** Throws where there is none of that id. */
  find(id: string): TransferServer {
    const server = this.#servers.get(id);
    if (server === undefined) throw new Error(`there is no Transfer Family server ${id}`);
    return server;
  }

  /** Starts a server. */
  async create(inputs: ServerInputs): Promise<TransferServer> {
    const id = newServerId();
    const server: TransferServer = {
      id,
      arn: serverArn(this.account, id),
      inputs,
      hostKeys: inputs.hostKey ? [hostKey(inputs.hostKey)] : generateHostKeys(),
      vpcEndpointId: `vpce-${randomBytes(9).toString("hex").slice(1)}`,
      sftp: undefined,
      notServedHere: [],
      users: new Map(),
      tags: new Map(),
    };
    await this.#serve(server, undefined);
    this.#servers.set(id, server);
    return server;
  }

  /** Restarts a server with other inputs; its id, port, generated host keys and users stay. */
  async update(id: string, inputs: ServerInputs): Promise<TransferServer> {
    const server = this.find(id);
    if (inputs.hostKey) server.hostKeys = [hostKey(inputs.hostKey)];
    const port = server.sftp?.port;
    await server.sftp?.stop();
    server.sftp = undefined;
    server.inputs = inputs;
    await this.#serve(server, port);
    return server;
  }

  async delete(id: string): Promise<void> {
    const server = this.#servers.get(id);
    this.#servers.delete(id);
    await server?.sftp?.stop();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((id) => this.delete(id)));
  }

  async #serve(server: TransferServer, port: number | undefined): Promise<void> {
    const { id, inputs } = server;
    const { structuredLogDestinations, protocolDetails, sftpAuthenticationMethods, protocols } = inputs;
    const logGroupArn = structuredLogDestinations?.[0]?.replace(/:\*$/, "");
    const identityProvider = this.#identityProvider(server);
    const log = (line: string) => this.#options.log(line, { serverId: id, logGroupArn });
    server.notServedHere = notServedHere(inputs);
    for (const message of server.notServedHere) {
      log(JSON.stringify({ "activity-type": "ERROR", message, "resource-arn": server.arn }));
    }
    if (!protocols.includes("SFTP")) return;
    server.sftp = await startSftpEndpoint({
      ...this.#options,
      ...{ serverId: id, identityProvider, log, port },
      hostKeys: server.hostKeys.map(({ privateKey }) => privateKey),
      // Transfer Family's own users have keys and nothing else.
      authenticationMethods: isServiceManaged(inputs) ? "PUBLIC_KEY" : sftpAuthenticationMethods,
      banner: inputs.preAuthenticationLoginBanner,
      ignoresAttributes: protocolDetails.setStatOption === "ENABLE_NO_OP",
    });
  }

  #identityProvider({ id, inputs: { url, invocationRole }, users }: TransferServer): IdentityProvider {
    const { account, credentials, clock } = this.#options;
    if (url === undefined || invocationRole === undefined) return serviceManagedIdentityProvider(users);
    const issued = credentials.issue({ roleArn: invocationRole });
    return apiGatewayIdentityProvider({ url, serverId: id, region: account.region, credentials: () => issued, clock });
  }
}

const isServiceManaged = ({ identityProviderType }: ServerInputs) => identityProviderType === "SERVICE_MANAGED";

const notServedHere = ({ protocols }: ServerInputs): string[] =>
  protocols.filter((name) => name !== "SFTP").map((name) => `${name} is not served here; use SFTP to try the server`);
