import { spawnSync } from "node:child_process";

/** What some tests run beside Node and npm. */
type Program = "git" | "sftp" | "ssh-keygen" | "sshd";

/** Where it is, unless on the PATH: distributions keep servers off that of most users. */
const places: Partial<Record<Program, string>> = { sshd: "/usr/sbin/sshd" };

export const pathOf = (program: Program): string => places[program] ?? program;

/** Every one of them ends at once when it is asked this, whether it knows the option or not. */
const isMissing = (program: Program) => spawnSync(pathOf(program), ["--version"]).error !== undefined;

/** Declares suites and tests that need programs. */
interface NeedingPrograms {
  /** Whether this machine has all of them. */
  areThere: boolean;
  describe(title: string, body: (this: Mocha.Suite) => void): void;
  it(title: string, body: Mocha.Func | Mocha.AsyncFunc): void;
}

/** Where one of the programs is missing, what is declared is skipped, and its title says so. */
export function withPrograms(...programs: Program[]): NeedingPrograms {
  const missing = programs.filter(isMissing);
  if (missing.length === 0) return { areThere: true, describe, it };
  const because = `(skipped: no ${missing.join(" and ")} on this machine)`;
  return {
    areThere: false,
    describe: (title, body) => describe.skip(`${title} ${because}`, body),
    it: (title, body) => it.skip(`${title} ${because}`, body),
  };
}
