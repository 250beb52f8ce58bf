import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

type ConfigValue = string | number | boolean | object;
/** A project declares a key with a default, with a value, or as the value itself. */
type ProjectValue = ConfigValue | { default?: ConfigValue; value?: ConfigValue };

/**
 * A stack's configuration as the Pulumi CLI would hand it to the program: the project's defaults, then the stack's
 * own values; every value as text, and what is no string as JSON.
 * @param folder where `Pulumi.yaml` is
 */
export async function readStackConfig(folder: string, stack: string): Promise<Record<string, string>> {
  const project = await readYaml<{ name: string; config?: Record<string, ProjectValue> }>(join(folder, "Pulumi.yaml"));
  const own = await readYaml<{ config?: Record<string, ConfigValue> }>(join(folder, `Pulumi.${stack}.yaml`));
  const fullKey = (key: string) => (key.includes(":") ? key : `${project.name}:${key}`);
  const config: Record<string, string> = {};
  for (const [key, declared] of Object.entries(project.config ?? {})) {
    const value = isDeclaration(declared) ? (declared.value ?? declared.default) : declared;
    if (value !== undefined) config[fullKey(key)] = asText(value);
  }
  for (const [key, value] of Object.entries(own.config ?? {})) config[fullKey(key)] = asText(value);
  return config;
}

const isDeclaration = (value: ProjectValue): value is { default?: ConfigValue; value?: ConfigValue } =>
  typeof value === "object" && !Array.isArray(value);

const asText = (value: ConfigValue) => (typeof value === "string" ? value : JSON.stringify(value));

const readYaml = async <Shape>(file: string): Promise<Shape> => parse(await readFile(file, "utf8")) as Shape;
