import type { Problem } from "../problem";
import { sortProblems } from "../problem";
import { isKeyMistake, parseSshPublicKey } from "../ssh-public-key";
import { checkPartners } from "./checks";
import { fileGroupsFile, partnerFile, subscriptionFile } from "./definitions";
import type { FileGroups, Partner, PartnerKey, PartnerSubscription } from "./partner";
import { readForm } from "./read-form";
import type { FileMap } from "./read-partner-folder";
import { readSamples } from "./samples";
import { parseYaml } from "./yaml-source";

export interface LoadedPartners {
  /** Sorted by id. Complete only where there are no problems. */
  partners: Partner[];
  fileGroups: FileGroups;
  /** Everything that is wrong, sorted by file and position. */
  problems: Problem[];
}

type Report = (problem: Problem) => void;

/** Reads a whole partners folder and checks it: every problem at once, and nothing is guessed. */
export function loadPartners(files: FileMap): LoadedPartners {
  const problems: Problem[] = [];
  const report: Report = (problem) => void problems.push(problem);
  const fileGroups = readFileGroups(files, report);
  const partners: Partner[] = [];
  for (const [id, ownFiles] of filesByPartner(files, report)) {
    const partner = readPartner(id, ownFiles, report);
    if (partner) partners.push(partner);
  }
  // Rules across files are checked among what could be read, so that one broken file does not hide the rest.
  problems.push(...checkPartners({ partners, fileGroups, broken: new Set(problems.map(({ file }) => file)) }));
  return { partners, fileGroups, problems: sortProblems(problems) };
}

const partnerIdForm = /^[a-z][a-z0-9-]{1,30}[a-z0-9]$/;

function filesByPartner(files: FileMap, report: Report): Map<string, FileMap> {
  const byPartner = new Map<string, Map<string, Uint8Array>>();
  for (const [path, content] of files) {
    const slash = path.indexOf("/");
    if (slash < 0) {
      if (path !== "file-groups.yaml" && path !== "README.md") {
        report({
          file: path,
          line: 1,
          column: 1,
          message: "this file has no meaning here",
          fix: "move it into a partner's folder, or delete it",
        });
      }
      continue;
    }
    const id = path.slice(0, slash);
    const own = byPartner.get(id) ?? new Map<string, Uint8Array>();
    byPartner.set(id, own.set(path, content));
  }
  for (const id of byPartner.keys()) {
    if (!partnerIdForm.test(id)) {
      report({
        file: `${id}/partner.yaml`,
        line: 1,
        column: 1,
        message: `"${id}" is not a partner id`,
        fix: "name the folder with 3 to 32 lower-case letters, digits and hyphens, with a letter first",
      });
    }
  }
  return byPartner;
}

function readFileGroups(files: FileMap, report: Report): FileGroups {
  const file = "file-groups.yaml";
  const content = files.get(file);
  if (content === undefined) {
    report({
      file,
      line: 1,
      column: 1,
      message: "the catalogue of file groups is missing",
      fix: "create it with a key `fileGroups`",
    });
    return { names: [], source: undefined };
  }
  const source = parseYaml(file, content);
  if (Array.isArray(source)) {
    source.forEach(report);
    return { names: [], source: undefined };
  }
  const form = readForm(fileGroupsFile, source);
  form.problems.forEach(report);
  if (!form.value) return { names: [], source: undefined };
  return { names: Object.keys(form.value.fileGroups).sort(), source };
}

function readPartner(id: string, files: FileMap, report: Report): Partner | undefined {
  reportUnknownFiles(id, files, report);
  const file = `${id}/partner.yaml`;
  const content = files.get(file);
  if (content === undefined) {
    report({
      file,
      line: 1,
      column: 1,
      message: `the folder "${id}" has no partner.yaml`,
      fix: "create it, or delete the folder",
    });
    return undefined;
  }
  const keys = readKeys(id, files, report);
  const subscriptions = readSubscriptions(id, files, report);
  const transforms = new Map(
    entriesUnder(files, `${id}/transforms/`).map(([path, sql]) => [path.slice(id.length + 1), decode(sql)]),
  );
  const source = parseYaml(file, content);
  if (Array.isArray(source)) {
    source.forEach(report);
    return undefined;
  }
  const form = readForm(partnerFile, source);
  form.problems.forEach(report);
  if (!form.value) return undefined;
  return { id, settings: form.value, source, keys, subscriptions, transforms, samples: readSamples(id, files, report) };
}

const knownFile = /^(partner\.yaml|subscriptions\/[^/]+\.yaml|keys\/[^/]+\.pub|transforms\/[^/]+\.sql|samples\/.+)$/;

function reportUnknownFiles(id: string, files: FileMap, report: Report): void {
  for (const file of files.keys()) {
    if (knownFile.test(file.slice(id.length + 1))) continue;
    report({
      file,
      line: 1,
      column: 1,
      message: "this file has no meaning here",
      fix: "a partner has partner.yaml, subscriptions/*.yaml, keys/*.pub, transforms/*.sql and samples/; rename or delete it",
    });
  }
}

function readKeys(id: string, files: FileMap, report: Report): PartnerKey[] {
  return entriesUnder(files, `${id}/keys/`).flatMap(([file, content]) => {
    if (!file.endsWith(".pub")) return [];
    const key = parseSshPublicKey(decode(content));
    if (!isKeyMistake(key)) return [{ file, key }];
    report({ file, line: 1, column: 1, ...key });
    return [];
  });
}

function readSubscriptions(id: string, files: FileMap, report: Report): PartnerSubscription[] {
  return entriesUnder(files, `${id}/subscriptions/`).flatMap(([file, content]) => {
    const name = file.slice(`${id}/subscriptions/`.length).replace(/\.yaml$/, "");
    if (!file.endsWith(".yaml") || name.includes("/")) return [];
    if (!/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/.test(name)) {
      report({
        file,
        line: 1,
        column: 1,
        message: `"${name}" is not a subscription name`,
        fix: "name the file with 2 to 40 lower-case letters, digits and hyphens, with a letter first",
      });
      return [];
    }
    const source = parseYaml(file, content);
    if (Array.isArray(source)) {
      source.forEach(report);
      return [];
    }
    const form = readForm(subscriptionFile, source);
    form.problems.forEach(report);
    return form.value ? [{ name, settings: form.value, source }] : [];
  });
}

const entriesUnder = (files: FileMap, prefix: string): [string, Uint8Array][] =>
  [...files].filter(([path]) => path.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));

const decode = (content: Uint8Array): string => Buffer.from(content).toString("utf8");
