import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Properties } from "../program/handler";
import { type ConstructedComponent, type ConstructRequest, constructRequest } from "./construct-request";
import type { EngineProvider, Subject } from "./engine-provider";
import { fromStruct, toStruct } from "./property-struct";
import { type Serving, serve } from "./serve";
import { unary } from "./unary";

export interface ProviderServerOptions {
  /** Of the package that the program depends on; the engine warns where a plugin is older. */
  version: string;
  provider: EngineProvider;
  /** Registers the remote component of that type. A package has either components or resources. */
  construct?: (request: ConstructRequest) => Promise<ConstructedComponent>;
  /** Told of the configuration that the engine gives an instance of the provider, in each of its runs. */
  onConfigure?: (instance: string, configuration: Properties) => void;
}

/** Serves a provider over the protocol of Pulumi's plugins, to be attached with `PULUMI_DEBUG_PROVIDERS`. */
export function startProviderServer(options: ProviderServerOptions): Promise<Serving> {
  const regions = new Map<string, string>();
  return serve((server) => {
    server.addService(ResourceProviderService, {
      ...aboutThePlugin(options, regions),
      ...aboutResources(options.provider, regions),
      invoke: unary((request: provider.InvokeRequest) => {
        const answer = options.provider.invoke(request.getTok(), fromStruct(request.getArgs()));
        return new provider.InvokeResponse().setReturn(toStruct(answer));
      }),
      construct: unary(async (request: provider.ConstructRequest) => {
        if (!options.construct) throw new Error(`nothing on this machine constructs ${request.getType()}`);
        const { urn, state, dependencies } = await options.construct(constructRequest(request));
        const response = new provider.ConstructResponse().setUrn(urn).setState(toStruct(state));
        for (const [key, urns] of Object.entries(dependencies)) {
          const list = new provider.ConstructResponse.PropertyDependencies().setUrnsList(urns);
          response.getStatedependenciesMap().set(key, list);
        }
        return response;
      }),
    });
  });
}

/** @param regions of the instances that the program made itself, by their connection */
function aboutThePlugin({ version, construct, onConfigure }: ProviderServerOptions, regions: Map<string, string>) {
  // Resources do without: the engine then takes the secrets out of the inputs and marks them again in the outputs.
  const acceptSecrets = construct !== undefined;
  return {
    handshake: unary(() => new provider.ProviderHandshakeResponse().setAcceptSecrets(acceptSecrets)),
    getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
    attach: unary(() => new Empty()),
    cancel: unary(() => new Empty()),
    getSchema: unary(() => new provider.GetSchemaResponse().setSchema("{}")),
    checkConfig: unary((request: provider.CheckRequest) => new provider.CheckResponse().setInputs(request.getNews())),
    diffConfig: unary(() => new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE)),
    configure: unary((request: provider.ConfigureRequest, peer) => {
      const configuration = fromStruct(request.getArgs());
      const instance = request.getName() ?? "";
      if (!/^default(_|$)/.test(instance) && typeof configuration.region === "string") {
        regions.set(peer, configuration.region);
      }
      onConfigure?.(instance, configuration);
      return new provider.ConfigureResponse().setSupportspreview(true).setAcceptsecrets(acceptSecrets);
    }),
  };
}

function aboutResources(engine: EngineProvider, regions: ReadonlyMap<string, string>) {
  return {
    check: unary(async (request: provider.CheckRequest, peer) => {
      const region = regions.get(peer);
      // A resource that names no region is in its provider's.
      const news = { ...(region !== undefined && { region }), ...fromStruct(request.getNews()) };
      const inputs = await engine.check(subjectOf(request), news);
      return new provider.CheckResponse().setInputs(toStruct(inputs));
    }),
    diff: unary((request: provider.DiffRequest) => {
      const [inputs, previous] = [fromStruct(request.getNews()), fromStruct(request.getOldInputs())];
      const { changed, replacing, deleteBeforeReplace } = engine.diff(subjectOf(request), inputs, previous);
      const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
      return new provider.DiffResponse()
        .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(changed)
        .setReplacesList(replacing)
        .setDeletebeforereplace(deleteBeforeReplace);
    }),
    create: unary(async (request: provider.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      const { id, properties } = await engine.create(subjectOf(request), inputs, request.getPreview());
      return new provider.CreateResponse().setId(id).setProperties(toStruct(properties));
    }),
    read: unary((request: provider.ReadRequest) => {
      const found = engine.read(subjectOf(request), request.getId());
      if (!found) return new provider.ReadResponse();
      return new provider.ReadResponse()
        .setId(request.getId())
        .setInputs(toStruct(found.inputs))
        .setProperties(toStruct(found.properties));
    }),
    update: unary(async (request: provider.UpdateRequest) => {
      const change = {
        id: request.getId(),
        inputs: fromStruct(request.getNews()),
        previous: fromStruct(request.getOldInputs()),
        properties: fromStruct(request.getOlds()),
      };
      const { properties } = await engine.update(subjectOf(request), change, request.getPreview());
      return new provider.UpdateResponse().setProperties(toStruct(properties));
    }),
    delete: unary(async (request: provider.DeleteRequest) => {
      await engine.delete(subjectOf(request), request.getId(), fromStruct(request.getOldInputs()));
      return new Empty();
    }),
  };
}

function subjectOf(request: { getType(): string; getName(): string }): Subject {
  return { type: request.getType(), name: request.getName() };
}
