import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Entitlements } from "../../domain/entitlements";
import { type LedgerRow, readLedger } from "../../domain/ledger/transfers/read-ledger";
import { partnerAccess } from "../../domain/partner-access";
import { loadPartners } from "../../domain/partner-files/load-partners";
import type { Partner } from "../../domain/partner-files/partner";
import { readPartnerFolder } from "../../domain/partner-files/read-partner-folder";
import type { Problem } from "../../domain/problem";
import type { LocalLogin } from "../console/partner-lines";
import { followDeliveries, mismatches, type Outcome } from "../journey/follow-deliveries";
import { type JourneyUpload, planJourney } from "../journey/plan-journey";
import { playJourney } from "../journey/play-journey";
import type { Change } from "../program/local-stack";
import { LocalDestinations } from "./local-destinations";
import { LocalKeys } from "./local-keys";
import { type LocalService, type LocalServiceOptions, startLocalService } from "./local-service";
import { localisedPartners } from "./localised-partners";

export interface Applied {
  partners: Partner[];
  changes: Change[];
}

/** The partner files were refused; nothing was changed. */
export class PartnerProblems extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(`the partner files have ${problems.length === 1 ? "a problem" : `${problems.length} problems`}`);
  }
}

/** A journey's result. */
export interface JourneyResult {
  uploads: JourneyUpload[];
  outcomes: Outcome[];
  rows: LedgerRow[];
  /** One sentence for each delivery that did not arrive as it should. */
  mismatches: string[];
}

/**
 * A partners folder, brought to life on one machine: the local service on a localised copy of it, a server for each
 * push destination, and a key pair for logins that use keys.
 */
export class Demonstration {
  readonly service: LocalService;
  readonly #source: string;
  readonly #folder: string;
  readonly #copy: string;
  readonly #keys: LocalKeys;
  readonly #destinations: LocalDestinations;

  private constructor(source: string, folder: string, service: LocalService) {
    this.service = service;
    this.#source = source;
    this.#folder = folder;
    this.#copy = join(folder, "partners");
    this.#keys = new LocalKeys(join(folder, "keys"));
    this.#destinations = new LocalDestinations(join(folder, "destinations"));
  }

  /** Starts the stand-ins. Nothing of the program is there before the first {@link apply}. */
  static async start(source: string, options: Omit<LocalServiceOptions, "partners">): Promise<Demonstration> {
    const folder = await mkdtemp(join(tmpdir(), "quayside-demonstration-"));
    try {
      return new Demonstration(
        source,
        folder,
        await startLocalService({ ...options, partners: join(folder, "partners") }),
      );
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Reads the partner files and makes the service match them.
   * @throws PartnerProblems, having changed nothing
   */
  async apply(): Promise<Applied> {
    const files = await readPartnerFolder(this.#source);
    const { partners, problems } = loadPartners(files);
    if (problems.length > 0) throw new PartnerProblems(problems);
    const access = partners.map(partnerAccess);
    await this.#destinations.ensure(access.map(({ entitlements }) => entitlements));
    const localised = localisedPartners(files, partners, {
      destination: (partner, name) => this.#destinations.address(partner, name),
      publicKey: (partner) => this.#keys.publicKey(partner),
    });
    await this.#writeCopy(localised);
    const changes = await this.service.up();
    for (const { partner, pushSecrets } of access) {
      for (const { destination } of pushSecrets) {
        this.service.fillPushSecret(partner, destination, this.#destinations.credentials(partner, destination));
      }
    }
    return { partners, changes };
  }

  /** How to log in here, right now; undefined where the partner has no login on the partner endpoint. */
  loginOf(entitlements: Entitlements): LocalLogin | undefined {
    const login = this.service.loginOf(entitlements);
    if (!login || !entitlements.login?.publicKeys.length) return login;
    return { ...login, privateKeyFile: this.#keys.privateKeyFile(entitlements.partner) };
  }

  /** Plays every partner's samples and follows them to their ends. */
  async play(
    partners: readonly Partner[],
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
    const uploads = planJourney(partners);
    const since = await this.#databaseTime();
    const byId = new Map(partners.map((partner) => [partner.id, partnerAccess(partner).entitlements]));
    await playJourney(uploads, (id) => this.#publisherLogin(byId.get(id)), { onUploaded, signal });
    const readRows = () => readLedger(this.service.ledger(), { since, limit: 10_000 });
    const outcomes = await followDeliveries(uploads, readRows, { patience: 60_000, onProgress, signal });
    return {
      uploads,
      outcomes,
      rows: await readRows(),
      mismatches: await mismatches(outcomes, (outcome) => this.#readArrived(outcome), sha256),
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.service.stop(), this.#destinations.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #writeCopy(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    await rm(this.#copy, { recursive: true, force: true });
    for (const [path, content] of files) {
      await mkdir(dirname(join(this.#copy, path)), { recursive: true });
      await writeFile(join(this.#copy, path), content);
    }
  }

  #publisherLogin(entitlements: Entitlements | undefined) {
    const login = entitlements && this.loginOf(entitlements);
    if (!login) return undefined;
    const { privateKeyFile, ...address } = login;
    return privateKeyFile ? { ...address, privateKey: readFileSync(privateKeyFile, "utf8") } : address;
  }

  async #databaseTime(): Promise<Date> {
    const { rows } = await this.service.ledger().query<{ now: Date }>("SELECT clock_timestamp() AS now");
    return rows[0]?.now ?? new Date();
  }

  async #readArrived({ expected, delivery }: Outcome): Promise<Uint8Array | undefined> {
    if (!delivery?.deliveredAs) return undefined;
    const { subscriber, subscription } = expected;
    if (subscription.delivery.kind === "push") {
      const file = this.#destinations.fileOf(subscriber, subscription.delivery.destination, delivery.deliveredAs);
      return readFile(file).catch(() => undefined);
    }
    return this.service.readObject(delivery.deliveredAs);
  }
}

const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");
