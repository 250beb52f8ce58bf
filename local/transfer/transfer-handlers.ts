import * as z from "zod";
import type { Properties, ResourceHandler, ResourceHandlers } from "../program/handler";
import { readInputs } from "../program/read-inputs";
import { serverInputs } from "./server-inputs";
import type { TransferServer, TransferServers } from "./transfer-servers";
import { userHandlers } from "./user-handlers";

const tagInputs = z.strictObject({
  resourceArn: z.string(),
  key: z.string(),
  value: z.string(),
  region: z.string().optional(),
});

/** Servers, their tags, and service-managed users, by Pulumi type token. */
export function transferHandlers(servers: TransferServers): ResourceHandlers {
  return {
    "aws:transfer/server:Server": serverHandler(servers),
    "aws:transfer/tag:Tag": tagHandler(servers),
    ...userHandlers(servers),
  };
}

/** Id: the server's. */
function serverHandler(servers: TransferServers): ResourceHandler {
  return {
    async create(inputs, name) {
      const server = await servers.create(readInputs(serverInputs, inputs, name));
      return { id: server.id, outputs: outputsOf(server, servers) };
    },
    replaceOn: ["identityProviderType", "endpointDetails.vpcId"],
    completes: ["endpointDetails"],
    async update(id, inputs) {
      return { outputs: outputsOf(await servers.update(id, readInputs(serverInputs, inputs, id)), servers) };
    },
    delete: (id) => servers.delete(id),
  };
}

/** Id: `<resource ARN>,<key>`. */
function tagHandler(servers: TransferServers): ResourceHandler {
  const put = (inputs: Properties, name: string) => {
    const { resourceArn, key, value } = readInputs(tagInputs, inputs, name);
    const server = servers.list().find(({ arn }) => arn === resourceArn);
    if (server === undefined) throw new Error(`there is no Transfer Family server ${resourceArn}`);
    server.tags.set(key, value);
    return { id: `${resourceArn},${key}`, outputs: { region: servers.account.region } };
  };
  return {
    create: async (inputs, name) => put(inputs, name),
    replaceOn: ["resourceArn", "key"],
    update: async (id, inputs) => put(inputs, id),
    async delete(_id, { resourceArn, key }) {
      const server = servers.list().find(({ arn }) => arn === resourceArn);
      server?.tags.delete(String(key));
    },
  };
}

function outputsOf(server: TransferServer, { account }: TransferServers): Properties {
  const { id, arn, inputs, hostKeys, vpcEndpointId } = server;
  const { hostKey: _, ...shown } = inputs;
  return {
    ...shown,
    arn,
    endpoint: `${id}.server.transfer.${account.region}.amazonaws.com`,
    hostKeyFingerprint: hostKeys[0]?.fingerprint,
    ...(inputs.endpointDetails && { endpointDetails: { ...inputs.endpointDetails, vpcEndpointId } }),
    sftpAuthenticationMethods: inputs.sftpAuthenticationMethods ?? "PUBLIC_KEY_OR_PASSWORD",
    region: account.region,
    tagsAll: inputs.tags,
  };
}
