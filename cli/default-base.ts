import { dirname, resolve } from "node:path";
import { runGit } from "../domain/partner-files/run-git";

export interface DefaultBase {
  /** A commit's id. */
  revision: string;
  /** `1a2b3c4, where HEAD left origin/main`. */
  name: string;
}

/** What changes are merged into, the first that there is. */
const targets = ["origin/HEAD", "origin/main", "main"];

/**
 * The commit where `head` left the branch that it is to be merged into: what a pull request is compared with.
 * @param folder the partners folder, which lies in the repository.
 * @throws where there is none.
 */
export async function defaultBase(folder: string, head = "HEAD"): Promise<DefaultBase> {
  const git = async (...args: string[]) => {
    const { code, stdout } = await runGit(dirname(resolve(folder)), args);
    return code === 0 ? stdout.toString().trim() : undefined;
  };
  for (const target of targets) {
    const commit = await git("rev-parse", "--verify", "--quiet", `${target}^{commit}`);
    if (commit === undefined) continue;
    const branch = (await git("rev-parse", "--abbrev-ref", target)) || target;
    const revision = await git("merge-base", "--end-of-options", commit, head);
    if (revision !== undefined) return { revision, name: `${revision.slice(0, 7)}, where ${head} left ${branch}` };
    throw new Error(
      `${head} and ${branch} have no commit in common (in a shallow clone, git fetch --unshallow); or name one with --base`,
    );
  }
  throw new Error(`there is no ${targets.join(", ")} to compare with; name a revision with --base`);
}
