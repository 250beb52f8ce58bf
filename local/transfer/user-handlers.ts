import { randomBytes } from "node:crypto";
import { utils } from "ssh2";
import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { readInputs } from "../program/read-inputs";
import { isUsername } from "./identity-provider";
import { homeOf } from "./service-managed-identity-provider";
import type { TransferServer, TransferServers } from "./transfer-servers";

const userInputs = z.strictObject({
  serverId: z.string(),
  userName: z.string().refine(isUsername, "a user name has 3 to 100 letters, digits, or _ @ . -"),
  role: z.string(),
  policy: z.string().max(2048, "Transfer Family takes policies of at most 2,048 characters").optional(),
  homeDirectory: z.string().optional(),
  homeDirectoryType: z.enum(["PATH", "LOGICAL"]).default("PATH"),
  homeDirectoryMappings: z.array(z.strictObject({ entry: z.string(), target: z.string() })).optional(),
  posixProfile: z.never("posixProfile is for EFS, which has no local stand-in").optional(),
  region: z.string().optional(),
  tags: z.record(z.string(), z.string()).default({}),
});

const sshKeyInputs = z.strictObject({
  serverId: z.string(),
  userName: z.string(),
  body: z.string().max(2048).refine(isPublicKey, "this is no OpenSSH one-line public key"),
  region: z.string().optional(),
});

/** A service-managed user as the program registered it, and its keys by id. */
export interface ServiceManagedUser {
  inputs: z.output<typeof userInputs>;
  sshKeys: Map<string, string>;
}

/** Service-managed users and their keys. Ids: `<server>/<user>` and `<server>/<user>/<key>`. */
export function userHandlers(servers: TransferServers): ResourceHandlers {
  return { "aws:transfer/user:User": userHandler(servers), "aws:transfer/sshKey:SshKey": sshKeyHandler(servers) };
}

function userHandler(servers: TransferServers): ResourceHandler {
  const put = (inputs: Properties, sshKeys: Map<string, string>) => {
    const read = readInputs(userInputs, inputs, String(inputs.userName));
    homeOf(read);
    managing(servers, read.serverId).users.set(read.userName, { inputs: read, sshKeys });
    const { accountId, region } = servers.account;
    const arn = `arn:aws:transfer:${region}:${accountId}:user/${read.serverId}/${read.userName}`;
    return { id: `${read.serverId}/${read.userName}`, outputs: { ...read, arn, region, tagsAll: read.tags } };
  };
  return {
    async create(inputs) {
      const { serverId, userName } = readInputs(userInputs, inputs, String(inputs.userName));
      if (managing(servers, serverId).users.has(userName)) throw new Error(`the user ${userName} exists already`);
      return put(inputs, new Map());
    },
    replaceOn: ["serverId", "userName"],
    update: async (_id, inputs) => put(inputs, userOf(servers, inputs).sshKeys),
    async delete(_id, { serverId, userName }) {
      servers
        .list()
        .find(({ id }) => id === serverId)
        ?.users.delete(String(userName));
    },
  };
}

function sshKeyHandler(servers: TransferServers): ResourceHandler {
  return {
    async create(inputs, name) {
      const { serverId, userName, body } = readInputs(sshKeyInputs, inputs, name);
      const { sshKeys } = userOf(servers, inputs);
      if ([...sshKeys.values()].includes(body)) throw new Error(`${userName} has this key already`);
      const sshKeyId = `key-${randomBytes(9).toString("hex").slice(1)}`;
      sshKeys.set(sshKeyId, body);
      const id = `${serverId}/${userName}/${sshKeyId}`;
      return { id, outputs: { sshKeyId, region: servers.account.region } };
    },
    async delete(id, { serverId, userName }) {
      const user = servers.find(String(serverId)).users.get(String(userName));
      user?.sshKeys.delete(id.slice(id.lastIndexOf("/") + 1));
    },
  };
}

function managing(servers: TransferServers, serverId: string): TransferServer {
  const server = servers.find(serverId);
  if (server.inputs.identityProviderType === "SERVICE_MANAGED") return server;
  throw new Error(`the server ${serverId} asks its own identity provider and has no users in Transfer Family`);
}

function userOf(servers: TransferServers, { serverId, userName }: Properties): ServiceManagedUser {
  const user = servers.find(String(serverId)).users.get(String(userName));
  if (user === undefined) throw new Error(`the server ${serverId} has no user ${userName}`);
  return user;
}

function isPublicKey(line: string): boolean {
  const key = utils.parseKey(line);
  return !(key instanceof Error) && !key.isPrivateKey();
}
