import { randomBytes } from "node:crypto";
import type { DeployedMethod } from "./find-method";

export interface Method {
  httpMethod: string;
  resourceId: string;
  integration?: Integration | undefined;
}

/** A Lambda proxy integration. */
export interface Integration {
  functionArn: string;
  timeoutMilliseconds: number;
}

/** What a deployment froze. */
export interface Deployment {
  methods: DeployedMethod[];
  /** The API's resource policy, as JSON text. */
  policy?: string | undefined;
}

export interface Stage {
  deployment: Deployment;
  variables: Record<string, string>;
}

/** A REST API: what is edited, and the deployments and stages that are served. Source: API Gateway Developer Guide. */
export class RestApi {
  readonly rootResourceId = randomId();
  policy: string | undefined;
  readonly stages = new Map<string, Stage>();
  readonly deployments = new Map<string, Deployment>();
  readonly methods = new Map<string, Method>();
  readonly #resources = new Map<string, { parentId: string; pathPart: string }>();

  constructor(
    readonly id: string,
    readonly name: string,
  ) {}

  putResource(parentId: string, pathPart: string, id = randomId()): string {
    if (parentId !== this.rootResourceId && !this.#resources.has(parentId)) {
      throw new Error(`REST API ${this.name} has no resource ${parentId}`);
    }
    this.#resources.set(id, { parentId, pathPart });
    return id;
  }

  removeResource(id: string): void {
    this.#resources.delete(id);
  }

  /** `/servers/{serverId}` */
  path(resourceId: string): string {
    const parts: string[] = [];
    for (let id = resourceId; id !== this.rootResourceId; ) {
      const resource = this.#resources.get(id);
      if (!resource) throw new Error(`REST API ${this.name} has no resource ${id}`);
      parts.unshift(resource.pathPart);
      id = resource.parentId;
    }
    return `/${parts.join("/")}`;
  }

  /** Freezes methods and policy as they are now. Returns the deployment's id. */
  deploy(): string {
    if (this.methods.size === 0) throw new Error(`REST API ${this.name} has no methods to deploy`);
    const methods = [...this.methods.values()].map(({ httpMethod, resourceId, integration }) => {
      const path = this.path(resourceId);
      if (!integration) throw new Error(`no integration defined for method ${httpMethod} ${path} of ${this.name}`);
      return { httpMethod, path, resourceId, ...integration };
    });
    const id = randomId().slice(0, 6);
    this.deployments.set(id, { methods, policy: this.policy });
    return id;
  }

  findDeployment(id: string): Deployment {
    const deployment = this.deployments.get(id);
    if (!deployment) throw new Error(`REST API ${this.name} has no deployment ${id}`);
    return deployment;
  }
}

/** Ten lower-case letters and digits, as API Gateway's ids. */
export function randomId(): string {
  return [...randomBytes(10)].map((byte) => (byte % 36).toString(36)).join("");
}
