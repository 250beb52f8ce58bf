import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";

const root = join(__dirname, "../..");
const folder = join(root, ".github/workflows");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
};

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  permissions?: Record<string, string>;
  uses?: string;
  "timeout-minutes"?: number;
  environment?: string;
  needs?: string;
  if?: string;
  steps?: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: unknown;
  concurrency?: unknown;
  jobs: Record<string, Job>;
}

const files = readdirSync(folder);
const textOf = (file: string) => readFileSync(join(folder, file), "utf8");
const workflow = (file: string) => parse(textOf(file)) as Workflow;
const stepsOf = (file: string) => Object.values(workflow(file).jobs).flatMap(({ steps }) => steps ?? []);

describe("the workflows", () => {
  for (const file of files) {
    describe(file, () => {
      it("pins every action by commit, with its version beside it", () => {
        for (const line of textOf(file).match(/^.*\buses: .*$/gm) ?? []) {
          expect(line).to.match(/uses: (\.\/\.github\/workflows\/[\w-]+\.yml|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
        }
      });

      it("gives nothing by default, and each job what it needs", () => {
        const { permissions, jobs } = workflow(file);
        expect(permissions).to.deep.equal({});
        for (const [name, job] of Object.entries(jobs)) {
          expect(job.permissions, name).to.have.property("contents", "read");
          if (!job.uses) expect(job["timeout-minutes"], name).to.be.within(1, 120);
        }
      });

      it("hands nothing that others wrote to a shell, where it would be code", () => {
        for (const { run = "" } of stepsOf(file)) expect(run).to.not.include("${{");
      });

      it("leaves no token behind for code of a pull request", () => {
        for (const step of stepsOf(file).filter(({ uses }) => uses?.startsWith("actions/checkout@"))) {
          expect(step.with).to.have.property("persist-credentials", false);
        }
      });

      it("runs scripts and files that exist", () => {
        const commands = stepsOf(file).map(({ run = "" }) => run);
        for (const [, script] of commands.join("\n").matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)) {
          expect(manifest.scripts).to.have.property(String(script));
        }
        const paths = textOf(file).matchAll(/(?:require\("|--policy-pack |uses: (?=\.\/)|run: (?=\.))([\w./-]+)/g);
        for (const [, path] of paths) expect(existsSync(join(root, String(path))), path).to.equal(true);
      });

      it("installs Pulumi's CLI in the version of its SDK", () => {
        for (const step of stepsOf(file).filter(({ uses }) => uses?.startsWith("pulumi/actions@"))) {
          expect(step.with).to.deep.equal({ "pulumi-version": manifest.dependencies["@pulumi/pulumi"] });
        }
      });
    });
  }

  it("run a pull request's code without its secrets", () => {
    expect(Object.keys(workflow("pull-request.yml").on)).to.deep.equal(["pull_request"]);
    const commands = stepsOf("preview-stack.yml")
      .map(({ run = "" }) => run)
      .join("\n");
    expect(commands)
      .to.include("pulumi preview ")
      .and.to.not.match(/pulumi (up|destroy|refresh|import)/);
  });

  it("deploy prod after dev, in an environment of its own, one at a time", () => {
    const { jobs, concurrency } = workflow("deploy.yml");
    expect(jobs.prod?.needs).to.equal("dev");
    // A dev that failed stops prod; one that the company has not got is skipped, and does not.
    expect(jobs.prod?.if).to.match(/^\$\{\{ !cancelled\(\) && !failure\(\) && vars\.STACK_PROD != '' \}\}$/);
    expect(concurrency).to.have.property("cancel-in-progress", false);
    expect(workflow("update-stack.yml").jobs.up?.environment).to.match(/^\$\{\{ inputs\.stack \}\}$/);
  });

  it("run no package's install scripts where there is a way to AWS", () => {
    for (const file of files) {
      for (const { permissions, steps = [] } of Object.values(workflow(file).jobs)) {
        if (permissions?.["id-token"] !== "write") continue;
        const installs = steps.flatMap(({ run = "" }) => run.match(/^npm (ci|install|rebuild).*$/gm) ?? []);
        expect([...new Set(installs)].join(), file).to.be.oneOf(["npm ci --ignore-scripts", ""]);
      }
    }
  });

  it("ask for a way to AWS only where a role is assumed, and for no key", () => {
    for (const file of files) {
      expect(textOf(file)).to.not.match(/aws-access-key-id|secrets\./);
      for (const [name, { permissions, steps = [], uses }] of Object.entries(workflow(file).jobs)) {
        const assumes = steps.some((step) => step.uses?.startsWith("aws-actions/configure-aws-credentials@"));
        expect(permissions?.["id-token"] === "write", `${file} ${name}`).to.equal(assumes || uses !== undefined);
      }
    }
  });
});
