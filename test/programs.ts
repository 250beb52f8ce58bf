import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** What some tests run beside Node and npm. */
type Program = "git" | "sftp" | "ssh-keygen" | "sshd";

/** Distributions keep servers off the PATH of most users; and sshd wants to be called by its whole path. */
const servers: Partial<Record<Program, string>> = { sshd: "/usr/sbin/sshd" };

export function pathOf(program: Program): string {
  const server = servers[program];
  return server !== undefined && existsSync(server) ? server : program;
}

function isMissing(program: Program): boolean {
  // OpenSSH's programs do not know the option, and end at once with a usage.
  const { error, status } = spawnSync(pathOf(program), ["--version"]);
  // macOS has a Git that only offers to install one.
  return error !== undefined || (program === "git" && status !== 0);
}

/** Declares suites and tests that need programs. */
interface NeedingPrograms {
  describe(title: string, body: (this: Mocha.Suite) => void): void;
  it(title: string, body: Mocha.Func | Mocha.AsyncFunc): void;
}

/** Where one of the programs is missing, what is declared is skipped, and its title says so. */
export function withPrograms(...programs: Program[]): NeedingPrograms {
  const missing = programs.filter(isMissing);
  const because = `(skipped: no ${missing.join(", ")} on this machine)`;
  const isSkipped = missing.length > 0;
  // Mocha's functions of the moment: a process that runs several files has others for each.
  return {
    describe: (title, body) => void (isSkipped ? describe.skip(`${title} ${because}`, body) : describe(title, body)),
    it: (title, body) => void (isSkipped ? it.skip(`${title} ${because}`, body) : it(title, body)),
  };
}
