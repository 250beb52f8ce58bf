import { DeliveryFailure } from "../domain/delivery-failure";
import type { Subscription } from "../domain/entitlements";
import { compileEntitlements } from "../domain/partner-access";
import { originalId } from "../domain/partner-files/former-ids";
import type { ContractSample, Partner } from "../domain/partner-files/partner";
import { type Problem, sortProblems, wholeFile } from "../domain/problem";
import { subscriptionsFor } from "../domain/subscriptions-for";
import { DuckdbFailure } from "../jobs/transform/duckdb-failure";
import { requireOneSelect } from "../jobs/transform/one-select";
import { openDuckdb } from "../jobs/transform/open-duckdb";
import { positionIn, SqlMistake } from "../jobs/transform/sql-mistake";
import { resultDifference } from "./result-difference";
import { runSample } from "./run-sample";

/** A subscription that transforms, with where its SQL stands. */
interface Transform {
  partner: Partner;
  subscription: Subscription;
  /** For each step: path below the partners folder; undefined where it has none. */
  sqlFiles: (string | undefined)[];
}

type Sample = Pick<ContractSample, "file" | "content"> & Partial<ContractSample>;

/**
 * Runs every transform over every sample that it applies to: those of its subscription, and those that its publishers
 * upload. Where there is none, its SQL is only parsed. Partners without any problem so far are expected.
 *
 * @returns What the SQL, the samples and their expected results have wrong, each once, sorted.
 */
export async function checkTransforms(partners: readonly Partner[]): Promise<Problem[]> {
  const found = new Map<string, Problem>();
  for (const transform of partners.flatMap(transformsOf)) {
    for (const problem of await problemsOf(transform, partners)) {
      const { file, line, column, message } = problem;
      const key = JSON.stringify([file, line, column, message]);
      // Every sample meets the same mistake in the SQL.
      if (!found.has(key)) found.set(key, problem);
    }
  }
  return sortProblems([...found.values()]);
}

function transformsOf(partner: Partner): Transform[] {
  return compileEntitlements(partner)
    .subscriptions.filter(({ transform }) => transform.length > 0)
    .map((subscription) => {
      const settings = partner.subscriptions.find(({ name }) => name === subscription.name)?.settings;
      const sqlFiles = (settings?.transform ?? []).map(({ convert: { sql } }) => sql && `${partner.id}/${sql}`);
      return { partner, subscription, sqlFiles };
    });
}

async function problemsOf(transform: Transform, partners: readonly Partner[]): Promise<Problem[]> {
  const samples = samplesFor(transform, partners);
  if (samples.length === 0) return parseProblems(transform);
  const problems: Problem[] = [];
  for (const sample of samples) problems.push(...(await sampleProblems(transform, sample)));
  return problems;
}

function samplesFor({ partner, subscription }: Transform, partners: readonly Partner[]): Sample[] {
  const uploads = partners.flatMap((publisher) =>
    publisher.samples.uploads.filter(({ virtualPath, name }) => {
      const fileGroup = publisher.settings.folders.find((folder) => folder.virtualPath === virtualPath)?.fileGroup;
      if (fileGroup === undefined) return false;
      const upload = { publisher: originalId(publisher), fileGroup, fileName: name };
      return subscriptionsFor(upload, [subscription]).length > 0;
    }),
  );
  return [...partner.samples.contracts.filter((sample) => sample.subscription === subscription.name), ...uploads];
}

async function parseProblems(transform: Transform): Promise<Problem[]> {
  const duckdb = await openDuckdb();
  try {
    for (const { sql } of transform.subscription.transform) {
      if (sql !== null) await requireOneSelect(duckdb.connection, sql);
    }
    return [];
  } catch (error) {
    if (error instanceof SqlMistake) return [sqlProblem(transform, error, "correct it")];
    throw error;
  } finally {
    duckdb.close();
  }
}

async function sampleProblems(transform: Transform, { file, content, expected }: Sample): Promise<Problem[]> {
  const { partner, subscription, sqlFiles } = transform;
  const culprits = sqlFiles.filter((one) => one !== undefined);
  const orSql = culprits.join(" or ") || `${partner.id}/subscriptions/${subscription.name}.yaml`;
  try {
    const result = await runSample(content, subscription.transform);
    const difference = expected && resultDifference(result, expected.content, subscription.transform.at(-1)?.to);
    if (!difference) return [];
    const message = `${file} becomes something else: ${difference.actual}`;
    const fix = `write that here if it is right, or correct ${orSql}`;
    return [{ file: expected.file, line: difference.line, column: 1, message, fix }];
  } catch (error) {
    if (error instanceof SqlMistake) return [sqlProblem(transform, error, `correct it; it was tried on ${file}`)];
    if (!(error instanceof DeliveryFailure)) throw error;
    const reason = error instanceof DuckdbFailure ? error.detail : error.message;
    const line = Number(/^line (\d+)/.exec(error.message)?.[1] ?? 1);
    const message = `${partner.id}/${subscription.name} cannot transform this file: ${reason}`;
    return [{ ...wholeFile(file), line, message, fix: `correct it, or ${orSql}` }];
  }
}

function sqlProblem({ subscription, sqlFiles }: Transform, mistake: SqlMistake, fix: string): Problem {
  const step = subscription.transform.findIndex(({ sql }) => sql === mistake.sql);
  const message = mistake.detail.replace(/ Candidate functions:.*/, "").replace(/[.!]$/, "");
  return { file: sqlFiles[step] ?? "", ...positionIn(mistake.sql, mistake.offset ?? 0), message, fix };
}
