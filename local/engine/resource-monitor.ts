import { credentials } from "@grpc/grpc-js";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resource from "@pulumi/pulumi/proto/resource_pb";
import type { Properties } from "../program/handler";
import { fromStruct, toStruct } from "./property-struct";

export interface Registration {
  type: string;
  name: string;
  parent: string;
  /** Whether a provider makes it; a component is only a name for what it contains. */
  custom: boolean;
  inputs: Properties;
  /** URNs. */
  dependencies: string[];
  /** URNs of what the inputs come from, by input. */
  inputDependencies?: Record<string, string[]>;
  protect?: boolean;
  /** Of the package that makes it. */
  version?: string;
}

/** The engine's own end, to which programs and components say what they want. */
export class ResourceMonitor {
  readonly #client: ResourceMonitorClient;

  /** @param address `127.0.0.1:12345` */
  constructor(address: string) {
    this.#client = new ResourceMonitorClient(address, credentials.createInsecure());
  }

  /** Resolves when the resource is as it was registered, or planned to be in a preview. */
  async register(wanted: Registration): Promise<{ urn: string; state: Properties }> {
    const request = new resource.RegisterResourceRequest()
      .setType(wanted.type)
      .setName(wanted.name)
      .setParent(wanted.parent)
      .setCustom(wanted.custom)
      .setObject(toStruct(wanted.inputs))
      .setDependenciesList(wanted.dependencies)
      .setProtect(wanted.protect ?? false)
      .setVersion(wanted.version ?? "")
      .setAcceptsecrets(true)
      .setSupportspartialvalues(true);
    for (const [key, urns] of Object.entries(wanted.inputDependencies ?? {})) {
      const list = new resource.RegisterResourceRequest.PropertyDependencies().setUrnsList(urns);
      request.getPropertydependenciesMap().set(key, list);
    }
    const response = await new Promise<resource.RegisterResourceResponse>((resolve, reject) => {
      this.#client.registerResource(request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    return { urn: response.getUrn(), state: fromStruct(response.getObject()) };
  }

  /** Says what a component's outputs came to, which completes it. */
  async registerOutputs(urn: string, outputs: Properties): Promise<void> {
    const request = new resource.RegisterResourceOutputsRequest().setUrn(urn).setOutputs(toStruct(outputs));
    await new Promise<void>((resolve, reject) => {
      this.#client.registerResourceOutputs(request, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.#client.close();
  }
}
