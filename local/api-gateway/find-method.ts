/** A method that is served. */
export interface DeployedMethod {
  /** `GET`, or `ANY`. */
  httpMethod: string;
  /** `/servers/{serverId}`; a last part `{name+}` takes all that follows. */
  path: string;
  resourceId: string;
  functionArn: string;
  timeoutMilliseconds: number;
}

/** The method that answers a request, with its path parameters as they were sent. */
export interface FoundMethod {
  method: DeployedMethod;
  pathParameters: Record<string, string>;
}

/** Finds the method of a request: literal parts go before parameters, parameters before `{name+}`, a verb before ANY. */
export function findMethod(
  methods: readonly DeployedMethod[],
  httpMethod: string,
  path: string,
): FoundMethod | undefined {
  const candidates = methods
    .filter((method) => method.httpMethod === httpMethod || method.httpMethod === "ANY")
    .flatMap((method) => {
      const pathParameters = match(split(method.path), split(path));
      return pathParameters ? [{ method, pathParameters }] : [];
    });
  return candidates.sort((a, b) => compare(rank(a.method), rank(b.method)))[0];
}

function match(pattern: string[], parts: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const actual = parts[index];
    if (actual === undefined || actual === "") return undefined;
    const [, name, greedy] = /^\{(.+?)(\+?)\}$/.exec(part) ?? [];
    if (name === undefined && part !== actual) return undefined;
    if (name !== undefined) parameters[name] = greedy ? parts.slice(index).join("/") : actual;
    if (greedy) return parameters;
  }
  return parts.length === pattern.length ? parameters : undefined;
}

function split(path: string): string[] {
  return path === "/" ? [] : path.replace(/^\//, "").split("/");
}

function rank({ path, httpMethod }: DeployedMethod): string {
  const parts = split(path).map((part) => (part.endsWith("+}") ? "2" : part.startsWith("{") ? "1" : "0"));
  return `${parts.join("")}${httpMethod === "ANY" ? "1" : "0"}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
