/** Partner files as tests write them: JSON is YAML too. */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const contacts = [{ name: "Test", email: "test@partner.example" }];

export const fileGroups = (...names: string[]) => ({
  "file-groups.yaml": JSON.stringify({
    fileGroups: Object.fromEntries(names.map((name) => [name, { description: `Files called ${name}` }])),
  }),
});

/** The files of one partner, by path below the partners folder. */
export function partnerFiles(
  id: string,
  settings: Record<string, unknown>,
  others: {
    subscriptions?: Record<string, object>;
    keys?: Record<string, string>;
    transforms?: Record<string, string>;
  } = {},
): Record<string, string> {
  const files: Record<string, string> = { [`${id}/partner.yaml`]: JSON.stringify({ name: id, contacts, ...settings }) };
  for (const [name, value] of Object.entries(others.subscriptions ?? {})) {
    files[`${id}/subscriptions/${name}.yaml`] = JSON.stringify(value);
  }
  for (const [name, key] of Object.entries(others.keys ?? {})) files[`${id}/keys/${name}.pub`] = `${key}\n`;
  for (const [name, sql] of Object.entries(others.transforms ?? {})) files[`${id}/transforms/${name}.sql`] = sql;
  return files;
}

/** Writes or removes (undefined) files, by path below the partners folder. */
export async function writePartnerFiles(folder: string, files: Record<string, string | undefined>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    if (content === undefined) await rm(file, { recursive: true, force: true });
    else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  }
}
