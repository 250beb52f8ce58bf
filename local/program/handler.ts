/** Inputs or outputs of a resource as the Pulumi program sees them: camelCase, secrets unwrapped. */
export type Properties = Record<string, unknown>;

/**
 * Creates, updates and deletes the resources of one type on a stand-in. The same handlers could serve a Pulumi
 * provider plugin, so they know nothing of mocks.
 */
export interface ResourceHandler {
  /** `name` is the resource's Pulumi name. Returns its id and its outputs beside the inputs (`arn`, `invokeArn`, …). */
  create(inputs: Properties, name: string): Promise<{ id: string; outputs: Properties }>;
  /**
   * Inputs, or paths into them (`endpointDetails.vpcId`), whose change deletes the resource and creates it anew. Said
   * beforehand and not by `update`, because a preview plans with it.
   */
  replaceOn?: readonly string[] | ((inputs: Properties) => readonly string[]);
  /** Inputs to which creation adds something, so that a preview does not know all of them: the id in `endpointDetails`. */
  completes?: readonly string[];
  /** Outputs that an update makes anew, so that a preview cannot know them. */
  renews?: readonly string[];
  /** Absent: any change deletes the resource and creates it anew. */
  update?(id: string, inputs: Properties, previous: Properties): Promise<{ outputs: Properties }>;
  delete(id: string, inputs: Properties): Promise<void>;
  /** Whether the stand-in still has it. Absent: it has, until it is told to delete it. */
  exists?(id: string): boolean;
  /** Identifies the content of files that the inputs only name, where a change of it is a change of the resource. */
  contentOf?(inputs: Properties): Promise<string>;
}

/** Handlers by Pulumi type token: `aws:sqs/queue:Queue`. */
export type ResourceHandlers = Record<string, ResourceHandler>;
