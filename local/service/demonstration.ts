import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type LedgerRow, readLedger } from "../../domain/ledger/transfers/read-ledger";
import { type PartnerAccess, partnerAccess } from "../../domain/partner-access";
import type { Partner } from "../../domain/partner-files/partner";
import type { FileMap } from "../../domain/partner-files/read-partner-folder";
import type { LocalLogin, LocalPartner } from "../console/partner-lines";
import { followDeliveries, mismatches, type Outcome } from "../journey/follow-deliveries";
import { expectedCopies, followFileCopies } from "../journey/follow-file-copies";
import { type JourneyUpload, planJourney } from "../journey/plan-journey";
import { playJourney } from "../journey/play-journey";
import type { Change } from "../program/local-stack";
import type { KeptRun } from "./kept-run";
import { LocalDestinations } from "./local-destinations";
import { LocalKeys } from "./local-keys";
import { type LocalService, type LocalServiceOptions, startLocalService } from "./local-service";
import { localisedPartners } from "./localised-partners";
import { readPartnerFiles } from "./read-partner-files";
import { openRunFolder } from "./run-folder";
import { knownHosts, sshConfig } from "./ssh-config";
import { touchedPartners } from "./touched-partners";

export interface Applied {
  partners: Partner[];
  changes: Change[];
  /** The partners that the change is about, by id: those with a changed resource, and those with another sample. */
  touched: ReadonlySet<string>;
}

/** A journey's result. */
export interface JourneyResult {
  /** How many files were uploaded. */
  uploads: number;
  outcomes: Outcome[];
  rows: LedgerRow[];
  /** One sentence for each delivery that did not arrive as it should. */
  mismatches: string[];
  /** Files that must stand on the file system; undefined where the stack has none. */
  copies: { count: number; mismatches: string[] } | undefined;
}

/** Right below the run's folder, because people type these paths. */
interface RunPaths {
  /** For OpenSSH's clients; the host keys are beside it. */
  sshConfigFile: string;
  knownHostsFile: string;
  /** The localised copy. */
  partners: string;
  keys: string;
  /** What was pushed: `<partner>/<destination>/…`. */
  destinations: string;
}

/** How the replicate function makes files and folders. */
const copyModes = { file: 0o640, directory: 0o750 };

/**
 * A partners folder, brought to life on one machine: the local service on a localised copy of it, a server for each
 * push destination, and a key pair for logins that use keys.
 */
export class Demonstration {
  readonly service: LocalService;
  readonly #source: string;
  readonly #paths: RunPaths;
  /** As they were last applied. */
  #files: FileMap = new Map();
  readonly #keys: LocalKeys;
  readonly #destinations: LocalDestinations;

  private constructor(source: string, paths: RunPaths, service: LocalService) {
    this.service = service;
    this.#source = source;
    this.#paths = paths;
    this.#keys = new LocalKeys(paths.keys);
    this.#destinations = new LocalDestinations(paths.destinations);
  }

  /** Starts the stand-ins. Nothing of the program is there before the first {@link apply}. */
  static async start(source: string, options: Omit<LocalServiceOptions, "partners">): Promise<Demonstration> {
    const run = await openRunFolder();
    try {
      const paths: RunPaths = {
        sshConfigFile: join(run.path, "ssh"),
        knownHostsFile: join(run.path, "known_hosts"),
        partners: await run.privateFolder("partners"),
        keys: await run.privateFolder("keys"),
        destinations: await run.privateFolder("destinations"),
      };
      const service = await startLocalService({ ...options, run, partners: paths.partners });
      return new Demonstration(source, paths, service);
    } catch (error) {
      await run.remove();
      throw error;
    }
  }

  /**
   * Reads the partner files and makes the service match them, until the signal aborts.
   * @throws PartnerProblems or PartnersUnreadable, having changed nothing
   */
  async apply(signal?: AbortSignal): Promise<Applied> {
    const { files, partners } = await readPartnerFiles(this.#source);
    const access = partners.map(partnerAccess);
    await this.#destinations.ensure(access);
    const localised = localisedPartners(files, partners, {
      destination: (owner, name) => this.#destinations.address(owner, name),
      publicKey: (owner) => this.#keys.publicKey(owner),
    });
    await this.#writeCopy(localised);
    // The program cannot be stopped once it runs.
    signal?.throwIfAborted();
    const changes = await this.service.up(signal);
    for (const { originalId, pushSecrets } of access) {
      for (const { destination } of pushSecrets) {
        this.service.fillPushSecret(originalId, destination, this.#destinations.credentials(originalId, destination));
      }
    }
    await this.#writeSshFiles(access);
    const resampled = partners.filter(({ id }) => !isDeepStrictEqual(samplesOf(id, files), samplesOf(id, this.#files)));
    this.#files = files;
    const touched = new Set([...touchedPartners(partners, changes), ...resampled].map(({ id }) => id));
    return { partners, changes, touched };
  }

  /** How to log in here, right now; undefined where the partner has no login. */
  loginOf({ originalId, entitlements }: PartnerAccess): LocalLogin | undefined {
    const login = this.service.loginOf(entitlements);
    if (!login || !entitlements.login?.publicKeys.length) return login;
    return { ...login, privateKeyFile: this.#keys.privateKeyFile(originalId) };
  }

  /** Where the partner's things are here, right now. */
  hereOf(access: PartnerAccess): LocalPartner {
    const { originalId, entitlements } = access;
    return {
      login: this.loginOf(access),
      sshConfigFile: this.#paths.sshConfigFile,
      serverFolders: entitlements.destinations.map(({ name }) => this.#destinations.folderOf(originalId, name)),
    };
  }

  /** What to upload to play samples: of these partners, or all. No file has a name that its publisher used before. */
  async plan(partners: readonly Partner[], touched?: ReadonlySet<string>): Promise<JourneyUpload[]> {
    const rows = await readLedger(this.service.ledger(), { limit: 10_000 });
    const known = new Set(rows.map(({ publisher, fileName }) => `${publisher}/${fileName}`));
    const isKnown = (publisher: string, fileName: string) => known.has(`${publisher}/${fileName}`);
    return planJourney(partners, { isKnown, ...(touched && { touched }) });
  }

  /** Plays samples and follows them to their ends. */
  async play(
    partners: readonly Partner[],
    uploads: readonly JourneyUpload[],
    {
      onUploaded,
      onProgress,
      signal,
    }: {
      onUploaded?: (upload: JourneyUpload) => void;
      onProgress?: (done: number, all: number) => void;
      signal?: AbortSignal;
    } = {},
  ): Promise<JourneyResult> {
    const since = await this.#databaseTime();
    const byId = new Map(partners.map((partner) => [partner.id, partnerAccess(partner)]));
    await playJourney(uploads, (id) => this.#publisherLogin(byId.get(id)), { onUploaded, signal });
    const foldersOf = (id: string) => byId.get(id)?.entitlements.folders ?? [];
    const readRows = () => readLedger(this.service.ledger(), { since, limit: 10_000 });
    const outcomes = await followDeliveries(uploads, readRows, { patience: 60_000, onProgress, signal });
    const fileSystem = this.service.fileSystemFolder();
    const readObject = (objectKey: string) => this.service.readObject(objectKey);
    const copies = fileSystem ? await expectedCopies(uploads, outcomes, foldersOf, readObject) : [];
    return {
      uploads: uploads.length,
      outcomes,
      rows: await readRows(),
      copies: fileSystem
        ? {
            count: copies.length,
            mismatches: await followFileCopies(copies, fileSystem, copyModes, { patience: 30_000, signal }),
          }
        : undefined,
      mismatches: await mismatches(
        outcomes,
        (outcome) => this.#readArrived(outcome, byId.get(outcome.expected.subscriber)),
        sha256,
      ),
    };
  }

  /** Copies what is there for people to look at. Returns one sentence for each thing that could not be copied. */
  keep(kept: KeptRun): Promise<string[]> {
    return kept.copy(this.service, this.#paths.destinations);
  }

  async stop(): Promise<void> {
    // The service takes the folder of all of them with it.
    await this.#destinations.stop();
    await this.service.stop();
  }

  async #writeCopy(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const copy = this.#paths.partners;
    for (const name of await readdir(copy)) await rm(join(copy, name), { recursive: true });
    for (const [path, content] of files) {
      await mkdir(dirname(join(copy, path)), { recursive: true });
      await writeFile(join(copy, path), content);
    }
  }

  async #writeSshFiles(partners: readonly PartnerAccess[]): Promise<void> {
    const logins = partners.flatMap((access) => {
      const login = this.loginOf(access);
      return login ? [{ ...login, alias: access.partner }] : [];
    });
    const { sshConfigFile, knownHostsFile } = this.#paths;
    await writeFile(knownHostsFile, knownHosts(logins), { mode: 0o600 });
    await writeFile(sshConfigFile, sshConfig(logins, knownHostsFile), { mode: 0o600 });
  }

  #publisherLogin(access: PartnerAccess | undefined) {
    const login = access && this.loginOf(access);
    if (!login) return undefined;
    const { host, port, username, password, privateKeyFile } = login;
    return {
      ...{ host, port, username, ...(password && { password }) },
      ...(privateKeyFile && { privateKey: readFileSync(privateKeyFile, "utf8") }),
    };
  }

  async #databaseTime(): Promise<Date> {
    const { rows } = await this.service.ledger().query<{ now: Date }>("SELECT clock_timestamp() AS now");
    return rows[0]?.now ?? new Date();
  }

  async #readArrived(
    { expected: { subscription }, delivery }: Outcome,
    subscriber: PartnerAccess | undefined,
  ): Promise<Uint8Array | undefined> {
    if (!delivery?.deliveredAs || !subscriber) return undefined;
    if (subscription.delivery.kind === "push") {
      const { destination } = subscription.delivery;
      const file = this.#destinations.fileOf(subscriber.originalId, destination, delivery.deliveredAs);
      return readFile(file).catch(() => undefined);
    }
    return this.service.readObject(delivery.deliveredAs);
  }
}

const samplesOf = (id: string, files: FileMap) => [...files].filter(([path]) => path.startsWith(`${id}/samples/`));

const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");
