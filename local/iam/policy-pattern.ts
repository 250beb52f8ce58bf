/** Condition keys of a request and their values. Names are compared without regard to case. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** The values of a condition key, or undefined where the request does not have it. */
export function contextValues(context: RequestContext, key: string): readonly string[] | undefined {
  const wanted = key.toLowerCase();
  const name = Object.keys(context).find((candidate) => candidate.toLowerCase() === wanted);
  const value = name === undefined ? undefined : context[name];
  return value === undefined ? undefined : typeof value === "string" ? [value] : value;
}

export interface PatternRules {
  /** `*` and `?` stand for characters; otherwise for themselves. */
  wildcards: boolean;
  ignoreCase?: boolean;
  /** Where policy variables get their values; undefined: `${…}` is plain text, as in policies before 2012. */
  variables?: RequestContext;
}

const piece = /\$\{([^}]*)\}|\*|\?|[^*?$]+|\$/gs;

/**
 * The regular expression that a text of a policy stands for, or undefined where it has a policy variable without a
 * value. `${*}`, `${?}` and `${$}` are those signs themselves; `${key, 'value'}` has a default. What a variable is
 * replaced with is never a wildcard.
 */
export function policyPattern(text: string, rules: PatternRules): RegExp | undefined {
  let source = "";
  for (const [whole, variable] of text.matchAll(piece)) {
    if (variable !== undefined && rules.variables !== undefined) {
      const value = variableValue(variable, rules.variables);
      if (value === undefined) return undefined;
      source += escapeForRegExp(value);
    } else if (rules.wildcards && whole === "*") source += ".*";
    else if (rules.wildcards && whole === "?") source += ".";
    else source += escapeForRegExp(whole);
  }
  return new RegExp(`^${source}$`, rules.ignoreCase ? "siu" : "su");
}

const escapeForRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

function variableValue(variable: string, context: RequestContext): string | undefined {
  if (variable === "*" || variable === "?" || variable === "$") return variable;
  const [, key = "", fallback] = /^\s*([^,]+?)\s*(?:,\s*'(.*)'\s*)?$/s.exec(variable) ?? [];
  const values = contextValues(context, key);
  // A key with several values cannot be a variable.
  return values?.length === 1 ? values[0] : fallback;
}
