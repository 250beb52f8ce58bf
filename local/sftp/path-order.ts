/**
 * Runs work on the same path one after the other, in the order in which it was asked for, and work on different
 * paths at once: what SFTP promises to a client that does not wait for answers.
 */
export class PathOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  run<Result>(paths: readonly string[], work: () => Promise<Result>): Promise<Result> {
    const earlier = paths.map((path) => this.#last.get(path));
    const result = Promise.all(earlier).then(work);
    const settled: Promise<void> = result.then(
      () => this.#forget(paths, settled),
      () => this.#forget(paths, settled),
    );
    for (const path of paths) this.#last.set(path, settled);
    return result;
  }

  #forget(paths: readonly string[], settled: Promise<void>): void {
    for (const path of paths) if (this.#last.get(path) === settled) this.#last.delete(path);
  }
}
