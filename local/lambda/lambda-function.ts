import { ExecutionEnvironment, type InvocationResult } from "./execution-environment";
import type { FunctionConfiguration } from "./function-configuration";
import type { FunctionLog } from "./function-log";

/** What a function's pool needs to start an environment, and to tidy up after it. */
export interface EnvironmentSource {
  variables(configuration: FunctionConfiguration): Record<string, string>;
  /** Called with the variables of each environment that ended. */
  discard(variables: Record<string, string>): void;
  /** Most environments of one function at once. */
  limit: number;
}

interface Environment {
  process: ExecutionEnvironment;
  configuration: FunctionConfiguration;
  variables: Record<string, string>;
}

/** A deployed function with its warm environments. */
export class LambdaFunction {
  readonly log: FunctionLog;
  readonly #source: EnvironmentSource;
  readonly #idle: Environment[] = [];
  readonly #busy = new Set<Environment>();
  readonly #waiting: (() => void)[] = [];
  #configuration: FunctionConfiguration;
  #stopped = false;

  constructor(configuration: FunctionConfiguration, log: FunctionLog, source: EnvironmentSource) {
    this.#configuration = configuration;
    this.log = log;
    this.#source = source;
  }

  get configuration(): FunctionConfiguration {
    return this.#configuration;
  }

  /** Whether another invocation would exceed the concurrency reserved for the function. */
  get throttled(): boolean {
    const { reservedConcurrency } = this.#configuration;
    return reservedConcurrency !== undefined && this.#busy.size + this.#waiting.length >= reservedConcurrency;
  }

  /** Runs the function in a warm environment or a new one; where the limit is reached, in its turn. */
  async invoke(payload: string, awsRequestId: string): Promise<InvocationResult> {
    const environment = await this.#acquire();
    try {
      return await environment.process.invoke(payload, awsRequestId, this.#configuration.arn);
    } finally {
      await this.#release(environment);
    }
  }

  /** From now on new invocations run with this configuration; those under way end with theirs. */
  async update(configuration: FunctionConfiguration): Promise<void> {
    const previous = this.#configuration;
    this.#configuration = configuration;
    await Promise.all(this.#idle.splice(0).map((environment) => this.#end(environment)));
    if (previous.code.folder !== configuration.code.folder) await this.#removeUnusedCode(previous);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const environments = [...this.#idle.splice(0), ...this.#busy];
    for (const admit of this.#waiting.splice(0)) admit();
    await Promise.all(environments.map((environment) => this.#end(environment)));
    await this.#configuration.code.remove();
  }

  async #acquire(): Promise<Environment> {
    while (!this.#stopped && this.#idle.length === 0 && this.#busy.size >= this.#limit()) {
      await new Promise<void>((admit) => this.#waiting.push(admit));
    }
    if (this.#stopped) throw new Error(`function ${this.#configuration.name} is stopped`);
    const environment = this.#idle.pop() ?? this.#start();
    this.#busy.add(environment);
    return environment;
  }

  async #release(environment: Environment): Promise<void> {
    const { process, configuration } = environment;
    this.#busy.delete(environment);
    const reusable = process.usable && configuration === this.#configuration && !this.#stopped;
    if (reusable) this.#idle.push(environment);
    this.#waiting.shift()?.();
    if (reusable) return;
    await this.#end(environment);
    await this.#removeUnusedCode(configuration);
  }

  #limit(): number {
    return Math.min(this.#source.limit, this.#configuration.reservedConcurrency ?? this.#source.limit);
  }

  #start(): Environment {
    const configuration = this.#configuration;
    const variables = this.#source.variables(configuration);
    const process = new ExecutionEnvironment({
      folder: configuration.code.folder,
      environment: variables,
      memorySizeMb: configuration.memorySizeMb,
      timeoutSeconds: configuration.timeoutSeconds,
      log: this.log,
    });
    return { process, configuration, variables };
  }

  async #end(environment: Environment): Promise<void> {
    await environment.process.stop();
    this.#source.discard(environment.variables);
  }

  async #removeUnusedCode(previous: FunctionConfiguration): Promise<void> {
    const inUse = [this.#configuration, ...[...this.#busy].map(({ configuration }) => configuration)];
    if (!inUse.some(({ code }) => code.folder === previous.code.folder)) await previous.code.remove();
  }
}
