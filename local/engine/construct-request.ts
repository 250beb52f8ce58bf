import type * as provider from "@pulumi/pulumi/proto/provider_pb";
import type { Properties } from "../program/handler";
import { fromStruct } from "./property-struct";

/** What the engine asks of a package when the program registers one of its remote components. */
export interface ConstructRequest {
  type: string;
  name: string;
  stack: string;
  /** URN of the resource that contains it. */
  parent: string;
  inputs: Properties;
  /** URNs of what the inputs come from, by input. */
  inputDependencies: Record<string, string[]>;
  /** URNs. */
  dependencies: string[];
  protect: boolean;
  /** Where the component registers itself and what it is made of: `127.0.0.1:12345`. */
  monitor: string;
}

export interface ConstructedComponent {
  urn: string;
  state: Properties;
  /** URNs of what the state comes from, by output. */
  dependencies: Record<string, string[]>;
}

export function constructRequest(request: provider.ConstructRequest): ConstructRequest {
  const inputDependencies: Record<string, string[]> = {};
  request.getInputdependenciesMap().forEach((dependencies, key) => {
    inputDependencies[key] = dependencies.getUrnsList();
  });
  return {
    type: request.getType(),
    name: request.getName(),
    stack: request.getStack(),
    parent: request.getParent(),
    inputs: fromStruct(request.getInputs()),
    inputDependencies,
    dependencies: request.getDependenciesList(),
    protect: request.getProtect() ?? false,
    monitor: request.getMonitorendpoint(),
  };
}
