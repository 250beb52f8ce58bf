import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import quayside from "./index";
import { withWarnings } from "./with-warnings";
import { withoutStackTraces } from "./without-stack-traces";

/** A resource as the program registered it. */
export interface Recorded {
  /** `aws:sqs/queue:Queue`. */
  type: string;
  name: string;
  /** Secrets unwrapped. */
  inputs: Record<string, unknown>;
  /** What its handler answered: the inputs, and what AWS would add. */
  state: Record<string, unknown>;
  protect: boolean;
  /** Which of its inputs are secret. */
  secretInputs: string[];
  /** The provider's name, where it is not the stack's own. */
  provider: string | undefined;
  /** Names of the resources that it explicitly waits for. */
  dependsOn: string[];
  /** Properties besides the provider's own that are kept as secrets. */
  additionalSecretOutputs: string[];
}

export interface RecordedProgram {
  resources: Recorded[];
  outputs: Record<string, unknown>;
  warnings: string[];
  /** All of a type, by what follows the last colon of its token or by the whole token. */
  all(type: string): Recorded[];
  /** The one of that type and name; throws where there is none. */
  one(type: string, name: string): Recorded;
}

export interface ProgramSettings {
  stack?: "dev" | "prod";
  /** Overrides values of the stack's file; keys without namespace. */
  config?: Record<string, string>;
  /** Content by path below the partners folder. */
  partners?: Record<string, string>;
  /** Migrations beside those of the ledger, content by file name. */
  migrations?: Record<string, string>;
  /** Functions that the build left out. */
  unbuilt?: string[];
}

export const accountId = "000000000000";
export const region = "eu-central-1";

/** By their settings: a tenth of the suites' runs are of the same. */
const recordings = new Map<string, Promise<RecordedProgram>>();

/** What {@link recordAnew} records of these settings, shared by all who ask for them: nobody changes it. */
export function recordProgram(settings: ProgramSettings = {}): Promise<RecordedProgram> {
  const key = JSON.stringify(settings);
  const recording = recordings.get(key) ?? recordAnew(settings);
  recordings.set(key, recording);
  return recording;
}

/**
 * Runs the program as Pulumi would, with the configuration of a stack's file, and records what it registers. Nothing
 * is created. It works on a build and on partners of its own, so it needs neither.
 */
export async function recordAnew(settings: ProgramSettings): Promise<RecordedProgram> {
  const { stack = "dev", config = {}, partners = {} } = settings;
  const folder = await mkdtemp(join(tmpdir(), "quayside-infra-"));
  try {
    const built = await fakeBuild(folder, settings);
    const declared = await writePartners(folder, partners);
    pulumi.runtime.setAllConfig({ ...(await stackFile(stack)), ...namespaced({ partners: declared, ...config }) });
    return await withoutStackTraces(() => record(stack, () => quayside(built)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function record(stack: string, program: () => Promise<Record<string, unknown>>): Promise<RecordedProgram> {
  const resources: Recorded[] = [];
  const options = new Map<string, pulumi.ResourceOptions>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        const plain = unwrapped(inputs) as Record<string, unknown>;
        const { id, state } = answer(type, name, plain);
        const given: pulumi.CustomResourceOptions = options.get(`${type} ${name}`) ?? {};
        resources.push({
          type,
          name,
          inputs: plain,
          state: { ...state, id },
          secretInputs: Object.keys(inputs).filter((key) => inputs[key]?.[signature] === secretMark),
          // `urn:pulumi:dev::quayside::pulumi:providers:aws::replica::id`
          provider: provider?.split("::").at(-2),
          protect: given.protect ?? false,
          dependsOn: namesOf(given.dependsOn),
          additionalSecretOutputs: given.additionalSecretOutputs ?? [],
        });
        return { id, state };
      },
      call: ({ token, inputs }) => lookup(token, inputs),
    },
    "quayside",
    stack,
  );
  const { result, warnings } = await withWarnings(() =>
    pulumi.runtime.runInPulumiStack(async () => {
      pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
        options.set(`${type} ${name}`, opts);
        return undefined;
      });
      return program();
    }),
  );
  return recorded(resources, unwrapped(await plainOutputs(result)) as Record<string, unknown>, warnings);
}

/** Apart from the run, so that a recording does not hold on to all that Pulumi made for it. */
function recorded(resources: Recorded[], outputs: Record<string, unknown>, warnings: string[]): RecordedProgram {
  const all = (type: string) =>
    resources.filter((resource) => resource.type === type || resource.type.endsWith(`:${type}`));
  const one = (type: string, name: string) => {
    const found = all(type).find((resource) => resource.name === name);
    if (found === undefined) throw new Error(`the program registered no ${type} named ${name}`);
    return found;
  };
  return { resources, outputs, warnings, all, one };
}

function plainOutputs(result: unknown): Promise<unknown> {
  const output: pulumi.Output<unknown> = pulumi.output(result);
  return new Promise((resolve) => output.apply(resolve));
}

function namesOf(dependsOn: pulumi.ResourceOptions["dependsOn"]): string[] {
  const list = Array.isArray(dependsOn) ? dependsOn : [dependsOn];
  return list.flatMap((dependency) => {
    const resource = dependency as { __pulumiType?: string; __name?: string } | undefined;
    return resource?.__name === undefined ? [] : [`${resource.__pulumiType} ${resource.__name}`];
  });
}

/** What AWS would answer, as far as the program asks. */
function answer(type: string, name: string, inputs: Record<string, unknown>) {
  const [, module = "", kind = ""] = /^[^:]+:([^/:]+)[^:]*:(.+)$/.exec(type) ?? [];
  const physical = String(inputs.name ?? inputs.bucket ?? inputs.clusterIdentifier ?? name);
  const arn =
    module === "s3" || module === "iam"
      ? `arn:aws:${module}::${module === "s3" ? "" : accountId}:${module === "s3" ? physical : `${kind.toLowerCase()}/${physical}`}`
      : `arn:aws:${module}:${region}:${accountId}:${kind.toLowerCase()}/${physical}`;
  const id = type === "aws:s3/bucket:Bucket" ? physical : `${kind}-${physical}`;
  return { id, state: { ...inputs, arn, name: inputs.name ?? physical, ...computed(type, name, arn) } };
}

function computed(type: string, name: string, arn: string): Record<string, unknown> {
  switch (type) {
    case "aws:kms/key:Key":
      return { keyId: `key-${name}` };
    case "aws:ec2/eip:Eip":
      return { publicIp: `ip-of-${name}` };
    case "aws:ec2/vpcEndpoint:VpcEndpoint":
      return { prefixListId: `pl-${name}` };
    case "aws:rds/cluster:Cluster":
      return {
        endpoint: "ledger.cluster.example",
        clusterResourceId: "cluster-ABC",
        masterUserSecrets: [{ secretArn: `arn:aws:secretsmanager:${region}:${accountId}:secret:rds!cluster-1` }],
      };
    case "aws:lambda/function:Function":
      return { invokeArn: `${arn}/invocations` };
    case "aws:batch/jobDefinition:JobDefinition":
      return { arn: `${arn}:1`, arnPrefix: arn };
    case "aws:ecr/repository:Repository":
      return { repositoryUrl: `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}` };
    case "awsx:ecr:Image":
      return { imageUri: "repository@sha256:abc" };
    case "aws:apigateway/restApi:RestApi":
      return { executionArn: `arn:aws:execute-api:${region}:${accountId}:api1`, rootResourceId: "root" };
    case "aws:apigateway/stage:Stage":
      return { invokeUrl: "https://api1.execute-api.example/logins" };
    case "aws:transfer/server:Server":
      return {
        endpoint: "s-1.server.transfer.example",
        hostKeyFingerprint: "SHA256:abc",
        endpointDetails: { vpcEndpointId: `vpce-${name}` },
      };
    case "aws:route53/zone:Zone":
      return { zoneId: `zone-${name}` };
    case "aws:acm/certificate:Certificate":
      return {
        domainValidationOptions: [
          { resourceRecordName: "_x.example", resourceRecordType: "CNAME", resourceRecordValue: "_y.example" },
        ],
      };
    default:
      return {};
  }
}

function lookup(token: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId };
    case "aws:index/getRegion:getRegion":
      return { region };
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: ["a", "b", "c"].map((zone) => `${region}${zone}`) };
    case "aws:ec2/getVpcEndpoint:getVpcEndpoint":
      return { dnsEntries: [{ dnsName: `${inputs.id}.example`, hostedZoneId: "Z1" }] };
    default:
      throw new Error(`the program looks up ${token}, which this recorder does not know`);
  }
}

/** How Pulumi marks a secret on the wire. */
const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const fields = value as Record<string, unknown>;
  if (fields[signature] === secretMark) return unwrapped(fields.value);
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, unwrapped(inner)]));
}

async function stackFile(stack: string): Promise<Record<string, string>> {
  const file = parse(await readFile(join(__dirname, "..", `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  return asText(file.config);
}

const namespaced = (config: Record<string, string>) =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [`quayside:${key}`, value]));

/** As Pulumi hands configuration to a program. */
const asText = (config: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );

/** What `npm run build` leaves behind, as far as the program looks at it. */
async function fakeBuild(folder: string, { migrations = {}, unbuilt = [] }: ProgramSettings): Promise<string> {
  const built = join(folder, "dist");
  const functions = ["authorize", "route", "sweep", "reconcile", "replicate", "migrate"].filter(
    (name) => !unbuilt.includes(name),
  );
  for (const name of functions) {
    await mkdir(join(built, "functions", name), { recursive: true });
    await writeFile(join(built, "functions", name, "index.js"), "");
  }
  const copies = join(built, "functions/migrate/migrations");
  await cp(join(__dirname, "../domain/ledger/migrations"), copies, { recursive: true });
  for (const [name, sql] of Object.entries(migrations)) await writeFile(join(copies, name), sql);
  return built;
}

async function writePartners(folder: string, files: Record<string, string>): Promise<string> {
  const partners = join(folder, "partners");
  await mkdir(partners);
  const withCatalogue = { "file-groups.yaml": "fileGroups:\n  claims:\n    description: Medical claims\n", ...files };
  for (const [path, content] of Object.entries(withCatalogue)) {
    await mkdir(join(partners, path, ".."), { recursive: true });
    await writeFile(join(partners, path), content);
  }
  return partners;
}
