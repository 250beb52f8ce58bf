import { isUtf8 } from "node:buffer";
import { type Problem, sortProblems, wholeFile } from "../problem";
import { isKeyMistake, parseSshPublicKey } from "../ssh-public-key";
import { checkPartners } from "./checks";
import { collidingPaths } from "./colliding-paths";
import { fileGroupsFile, name, partnerFile, partnerId, subscriptionFile } from "./definitions";
import { findSecrets } from "./find-secrets";
import { originalId } from "./former-ids";
import type { FileGroups, Partner, PartnerKey, PartnerSubscription } from "./partner";
import { readForm } from "./read-form";
import { type FileMap, SymbolicLink } from "./read-partner-folder";
import { readSamples } from "./samples";
import { parseYaml } from "./yaml-source";

export interface LoadedPartners {
  /** Sorted by id; only those, and only their subscriptions, whose files have a form that can be read. */
  partners: Partner[];
  fileGroups: FileGroups;
  /** Everything that is wrong, sorted by file and position. */
  problems: Problem[];
}

type Report = (problem: Problem) => void;

/** Reads a whole partners folder and checks it: every problem at once, and nothing is guessed. */
export function loadPartners(all: FileMap): LoadedPartners {
  const problems: Problem[] = [...findSecrets(all), ...collidingPaths(all.keys())];
  const report: Report = (problem) => void problems.push(problem);
  const files = withoutUnwanted(all, report);
  const fileGroups = readFileGroups(files, report);
  const partners: Partner[] = [];
  for (const [id, ownFiles] of filesByPartner(files, report)) {
    const partner = readPartner(id, ownFiles, report);
    if (partner) partners.push(partner);
  }
  resolvePublishers(partners);
  partners.sort((a, b) => (a.id < b.id ? -1 : 1));
  // Rules across files are checked among what could be read, so that one broken file does not hide the rest.
  problems.push(...checkPartners({ partners, fileGroups, broken: new Set(problems.map(({ file }) => file)) }));
  return {
    partners: partners.filter(({ isWhole }) => isWhole).map(withWholeSubscriptions),
    fileGroups,
    problems: sortProblems(problems),
  };
}

const withWholeSubscriptions = (partner: Partner): Partner => ({
  ...partner,
  subscriptions: partner.subscriptions.filter(({ isWhole }) => isWhole),
});

/** The files that can have a meaning: links and hidden files have none, wherever they are. */
function withoutUnwanted(files: FileMap, report: Report): FileMap {
  const wanted = new Map<string, Uint8Array>();
  for (const [path, content] of files) {
    if (content instanceof SymbolicLink) {
      report({ ...wholeFile(path), message: "this is a symbolic link", fix: "put the file itself there" });
    } else if (/(^|\/)\./.test(path)) {
      report({
        ...wholeFile(path),
        message: "this file has no meaning here",
        fix: "delete it; Git commits it, hidden or not",
      });
    } else wanted.set(path, content);
  }
  return wanted;
}

/** Files name a partner as it is called today. */
function resolvePublishers(partners: readonly Partner[]): void {
  const originalIds = new Map(partners.map((partner) => [partner.id, originalId(partner)]));
  for (const subscription of partners.flatMap(({ subscriptions }) => subscriptions)) {
    if (subscription.publisher === null) continue;
    subscription.publisher = originalIds.get(subscription.publisher) ?? subscription.publisher;
  }
}

function filesByPartner(files: FileMap, report: Report): Map<string, FileMap> {
  const byPartner = new Map<string, Map<string, Uint8Array>>();
  for (const [path, content] of files) {
    const slash = path.indexOf("/");
    if (slash < 0) {
      if (path !== "file-groups.yaml" && path !== "README.md") {
        report({
          ...wholeFile(path),
          message: "this file has no meaning here",
          fix: "delete it; here are partners' folders, file-groups.yaml and README.md, and nothing else",
        });
      }
      continue;
    }
    const id = path.slice(0, slash);
    const own = byPartner.get(id) ?? new Map<string, Uint8Array>();
    byPartner.set(id, own.set(path, content));
  }
  for (const id of byPartner.keys()) {
    const wrong = partnerId.safeParse(id).error?.issues[0];
    if (wrong) {
      report({
        ...wholeFile(`${id}/partner.yaml`),
        message: `"${id}" is not a partner id`,
        fix: `name the folder otherwise: ${wrong.message}`,
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
      ...wholeFile(file),
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
  const names = Object.keys(form.value?.fileGroups ?? {}).sort();
  // Then nobody knows which names were meant.
  const isUnknown = form.source.isWrong(["fileGroups"]) || names.some((group) => !name.safeParse(group).success);
  return !form.value || isUnknown ? { names: [], source: undefined } : { names, source };
}

function readPartner(id: string, files: FileMap, report: Report): Partner | undefined {
  const file = `${id}/partner.yaml`;
  const content = files.get(file);
  const isPartner = [...files.keys()].some((path) => isKnown(id, path) || isKnown(id, asYaml(path)));
  if (isPartner) reportUnknownFiles(id, files, report);
  if (content === undefined && !files.has(`${id}/partner.yml`)) {
    report({
      ...wholeFile(file),
      message: `the folder "${id}" has no partner.yaml`,
      fix: "create it, or delete the folder",
    });
  }
  // All of them are read before partner.yaml is, so that what is wrong with it hides nothing of what is wrong with them.
  const keys = readKeys(id, files, report);
  const subscriptions = readSubscriptions(id, files, report);
  const transforms = readTransforms(id, files, report);
  const samples = readSamples(id, files, report);
  if (content === undefined) return undefined;
  const source = parseYaml(file, content);
  if (Array.isArray(source)) {
    source.forEach(report);
    return undefined;
  }
  const form = readForm(partnerFile, source);
  form.problems.forEach(report);
  if (!form.value) return undefined;
  const { value: settings, isWhole } = form;
  return { id, settings, source: form.source, isWhole, keys, subscriptions, transforms, samples };
}

const knownFile = /^(partner\.yaml|subscriptions\/[^/]+\.yaml|keys\/[^/]+\.pub|transforms\/[^/]+\.sql|samples\/.+)$/s;

const isKnown = (id: string, path: string) => knownFile.test(path.slice(id.length + 1));

const asYaml = (path: string) => path.replace(/\.yml$/, ".yaml");

function reportUnknownFiles(id: string, files: FileMap, report: Report): void {
  for (const file of files.keys()) {
    if (isKnown(id, file)) continue;
    report({
      ...wholeFile(file),
      message: "this file has no meaning here",
      fix: isKnown(id, asYaml(file))
        ? `rename it to ${asYaml(file).slice(file.lastIndexOf("/") + 1)}`
        : "a partner has partner.yaml, subscriptions/*.yaml, keys/*.pub, transforms/*.sql and samples/; rename or delete it",
    });
  }
}

function readKeys(id: string, files: FileMap, report: Report): PartnerKey[] {
  return entriesUnder(files, `${id}/keys/`).flatMap(([file, content]) => {
    if (!file.endsWith(".pub")) return [];
    const key = parseSshPublicKey(decode(content));
    if (!isKeyMistake(key)) return [{ file, key }];
    report({ ...wholeFile(file), ...key });
    return [];
  });
}

function readSubscriptions(id: string, files: FileMap, report: Report): PartnerSubscription[] {
  return entriesUnder(files, `${id}/subscriptions/`).flatMap(([file, content]) => {
    const name = file.slice(`${id}/subscriptions/`.length).replace(/\.yaml$/, "");
    if (!file.endsWith(".yaml") || name.includes("/")) return [];
    if (!/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/.test(name)) {
      report({
        ...wholeFile(file),
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
    if (!form.value) return [];
    const { value: settings, isWhole } = form;
    return [{ name, settings, publisher: settings.publisher ?? null, source: form.source, isWhole }];
  });
}

function readTransforms(id: string, files: FileMap, report: Report): Map<string, string> {
  return new Map(
    entriesUnder(files, `${id}/transforms/`).map(([file, content]) => {
      if (!isUtf8(content)) {
        report({ ...wholeFile(file), message: "the file is not UTF-8 text", fix: "save it as UTF-8" });
      }
      return [file.slice(id.length + 1), decode(content)];
    }),
  );
}

const entriesUnder = (files: FileMap, prefix: string): [string, Uint8Array][] =>
  [...files].filter(([path]) => path.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));

const decode = (content: Uint8Array): string => Buffer.from(content).toString("utf8");
