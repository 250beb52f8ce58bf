import { expect } from "chai";
import type { Entitlements } from "../../domain/entitlements";
import { claimDeliveries } from "../../domain/ledger/deliveries/claim-deliveries";
import { failDelivery } from "../../domain/ledger/deliveries/fail-delivery";
import { failQueue } from "../../domain/ledger/deliveries/fail-queue";
import { type Claim, LeaseLost } from "../../domain/ledger/deliveries/lease";
import { markDelivered } from "../../domain/ledger/deliveries/mark-delivered";
import { markReady } from "../../domain/ledger/deliveries/mark-ready";
import { markRenaming } from "../../domain/ledger/deliveries/mark-renaming";
import { postponeBlocked } from "../../domain/ledger/deliveries/postpone-blocked";
import { releaseDeliveries } from "../../domain/ledger/deliveries/release-deliveries";
import { renewLeases } from "../../domain/ledger/deliveries/renew-leases";
import { requeueDeliveries } from "../../domain/ledger/deliveries/requeue-deliveries";
import { retryLater } from "../../domain/ledger/deliveries/retry-later";
import { retryQueueLater } from "../../domain/ledger/deliveries/retry-queue-later";
import { sendStage, transformStage } from "../../domain/ledger/deliveries/stage";
import { surrenderDrain } from "../../domain/ledger/deliveries/surrender-drain";
import { leaveDrain, requestDrain, takeOrphanedDrains } from "../../domain/ledger/drains";
import type { Ledger } from "../../domain/ledger/ledger";
import { objectKey, remotePath } from "../../domain/paths";
import {
  addDelivery,
  type DeliverySeed,
  deliveryRow,
  errorOf,
  publisher,
  subscriber,
  subscription,
} from "../deliveries-fixture";
import { type LedgerFixture, startLedger } from "../ledger-fixture";

const queue = "push:acme/inbox";
const push = (folder: string) => ({
  kind: "push" as const,
  destination: "inbox",
  remotePath: remotePath(folder),
  fileName: "{name}",
  onConflict: "rename" as const,
});
const acme: Entitlements = subscriber("acme", {
  subscriptions: [subscription("claims", push("/inbox")), subscription("more", push("/other"))],
});

describe("deliveries in the ledger", () => {
  let fixture: LedgerFixture;
  let ledger: Ledger;

  before(async () => {
    fixture = await startLedger();
    ledger = fixture.ledger;
  });
  after(() => fixture.stop());
  beforeEach(async () => {
    await fixture.clear();
    await fixture.seed(publisher, acme);
  });

  const add = async (seed: Partial<DeliverySeed> = {}) =>
    (await addDelivery(ledger, { subscription: "acme/claims", queue, ...seed })).id;
  const claim = (owner = "job-1", limit = 10, suspects = false) =>
    claimDeliveries(ledger, { queue, stage: sendStage, owner, limit, suspects });
  const claimed = async (seed: Partial<DeliverySeed> = {}): Promise<Claim> => {
    const delivery = await add({ state: "sending", attempts: 1, lease: { owner: "job-1", endsIn: 300 }, ...seed });
    return { delivery, stage: sendStage, owner: "job-1" };
  };
  /** The partner's files no longer say `claims`; what a job has claimed of it stays claimed. */
  const removeClaims = () =>
    fixture.seed(subscriber("acme", { subscriptions: [subscription("more", push("/other"))] }));
  const expectLost = async (work: (lost: Claim) => Promise<unknown>) => {
    const { delivery } = await claimed({ lease: { owner: "job-2", endsIn: 300 } });
    expect(await errorOf(work({ delivery, stage: sendStage, owner: "job-1" }))).to.be.instanceOf(LeaseLost);
    expect(await deliveryRow(ledger, delivery)).to.include({ state: "sending", lease_owner: "job-2" });
  };

  describe("claimDeliveries", () => {
    it("gives what a job needs to know and counts the attempt", async () => {
      const id = await add({ finalName: "a.csv", size: 12 });
      const [delivery, ...others] = await claim();
      expect(others).to.deep.equal([]);
      expect(delivery).to.deep.include({
        ...{ id, partner: "acme", subscription: "claims", publisher: "northwind", fileGroup: "claims" },
        ...{ fileName: "a.csv", objectKey: "northwind/claims/a.csv", size: 12, sha256: null, finalName: "a.csv" },
        ...{ attempts: 1, claims: 1, renamingTo: null, renamingFrom: null, renamingModifiedAt: null },
        ...{
          sendQueue: queue,
          delivery: push("/inbox"),
          transform: [],
        },
      });
      const row = await deliveryRow(ledger, id);
      expect(row).to.include({ state: "sending", lease_owner: "job-1", attempts: 1 });
      expect(row.lease_until?.getTime()).to.be.greaterThan(Date.now() + 200_000);
    });

    it("says where a push goes at that moment", async () => {
      await add();
      await fixture.seed({ ...acme, destinations: acme.destinations.map((inbox) => ({ ...inbox, port: 2222 })) });
      expect((await claim())[0]?.destination).to.deep.include({
        ...{ id: "acme/inbox", host: "127.0.0.1", port: 2222, username: "quayside", authentication: "password" },
        hostKeys: acme.destinations[0]?.hostKeys,
      });
      // Which its subscription would have left with it.
      await ledger.query("UPDATE destination SET active = false");
      await add();
      expect((await claim())[0]?.destination).to.equal(null);
    });

    it("takes the oldest first, as many as it may", async () => {
      const ids = [await add(), await add(), await add()];
      expect((await claim("job-1", 2)).map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
      expect((await claim("job-2", 2)).map(({ id }) => id)).to.deep.equal(ids.slice(2));
    });

    it("leaves what is not due, of another queue, in another state or in another job's hands", async () => {
      await add({ dueIn: 60 });
      await add({ queue: "push:other/inbox" });
      await add({ state: "waiting" });
      await add({ state: "failed" });
      await claimed();
      expect(await claim("job-2")).to.deep.equal([]);
    });

    it("takes over what a dead job held", async () => {
      const id = await add({
        state: "sending",
        attempts: 3,
        lease: { owner: "dead", endsIn: -1 },
        renamingTo: "/inbox/x",
      });
      expect(await claim()).to.deep.equal([]);
      const [delivery] = await claim("job-1", 1, true);
      expect(delivery).to.include({ id, attempts: 4, lapses: 1, renamingTo: "/inbox/x" });
      expect((await deliveryRow(ledger, id)).lease_owner).to.equal("job-1");
    });

    it("remembers what jobs have died with, and gives what has seen the fewest die first", async () => {
      const often = await add({ lapses: 2, dueIn: -60 });
      const once = await add({ lapses: 1 });
      const never = await add();
      expect((await claim()).map(({ id }) => id)).to.deep.equal([never]);
      const suspects = [...(await claim("job-1", 1, true)), ...(await claim("job-1", 1, true))];
      expect(suspects.map(({ id, lapses }) => [id, lapses])).to.deep.equal([
        [once, 1],
        [often, 2],
      ]);
    });

    it("lets them go with the others where there was no quiet moment for an hour", async () => {
      const ids = [
        await add({ lapses: 1, dueIn: -3601 }),
        await add({ state: "sending", lease: { owner: "dead", endsIn: -3601 } }),
        await add(),
      ];
      expect((await claim()).map(({ id }) => id)).to.deep.equal(ids);
    });

    it("never gives one delivery to two jobs", async () => {
      for (let i = 0; i < 40; i++) await add();
      const claims = await Promise.all(["a", "b", "c", "d"].map((owner) => claim(owner, 15)));
      const ids = claims.flat().map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
      expect(ids.length + (await claim("e", 100)).length).to.equal(40);
    });

    it("leaves what is of a subscription that went away, also where a dead job held it", async () => {
      await removeClaims();
      const ids = [await add(), await add({ state: "sending", lease: { owner: "dead", endsIn: -1 } })];
      const other = await add({ subscription: "acme/more" });
      expect((await claim()).map(({ id }) => id)).to.deep.equal([other]);
      await ledger.query("UPDATE delivery SET state = 'delivered', lease_until = NULL WHERE id = $1", [other]);
      // A job may leave the queue, and no sweep sends another for it.
      await ledger.transaction((transaction) => requestDrain(transaction, queue));
      expect(await ledger.transaction((transaction) => leaveDrain(transaction, queue, 20))).to.equal(true);
      expect(await ledger.transaction(takeOrphanedDrains)).to.deep.equal([]);
      expect((await deliveryRow(ledger, ids[0] ?? 0)).state).to.equal("ready");
    });

    for (const state of ["waiting", "transforming", "ready", "sending"] as const) {
      it(`keeps a file back while an older one of the same name is ${state}`, async () => {
        const lease = ["transforming", "sending"].includes(state) ? { owner: "job-2", endsIn: 300 } : undefined;
        await add({ finalName: "a.csv", state, dueIn: 60, ...(lease && { lease }) });
        await add({ finalName: "a.csv" });
        const other = await add({ finalName: "b.csv" });
        const elsewhere = await add({ finalName: "a.csv", subscription: "acme/more" });
        expect((await claim()).map(({ id }) => id)).to.deep.equal([other, elsewhere]);
      });
    }

    it("lets it go once the older one has failed", async () => {
      await add({ finalName: "a.csv", state: "failed" });
      const id = await add({ finalName: "a.csv" });
      expect((await claim()).map((delivery) => delivery.id)).to.deep.equal([id]);
    });

    it("takes transforms of one name at the same time", async () => {
      const ids = [
        await add({ finalName: "a.csv", state: "waiting" }),
        await add({ finalName: "a.csv", state: "waiting" }),
      ];
      const taken = await claimDeliveries(ledger, { queue, stage: transformStage, owner: "job-1", limit: 10 });
      expect(taken.map(({ id }) => id)).to.deep.equal(ids);
      expect(await deliveryRow(ledger, ids[0] ?? 0)).to.include({ state: "transforming" });
    });
  });

  describe("postponeBlocked", () => {
    it("makes a blocked delivery wait as long as the one before it, and nothing else", async () => {
      await add({ finalName: "a.csv", dueIn: 3600 });
      const [blocked, behind] = [await add({ finalName: "a.csv" }), await add({ finalName: "a.csv" })];
      const [later, elsewhere] = [
        await add({ finalName: "a.csv", dueIn: 60 }),
        await add({ finalName: "a.csv", subscription: "acme/more" }),
      ];
      await add({ finalName: "b.csv", state: "sending", lease: { owner: "job-2", endsIn: 300 } });
      const soon = await add({ finalName: "b.csv" });
      const free = await add({ finalName: "c.csv" });
      await postponeBlocked(ledger, queue);
      for (const id of [blocked, behind]) expect((await deliveryRow(ledger, id)).due_in).to.be.within(3590, 3600);
      expect((await deliveryRow(ledger, later)).due_in).to.be.within(50, 60);
      expect((await deliveryRow(ledger, elsewhere)).due_in).to.be.at.most(0);
      expect((await deliveryRow(ledger, soon)).due_in).to.be.within(20, 30);
      expect((await deliveryRow(ledger, free)).due_in).to.be.at.most(0);
    });
  });

  describe("renewLeases", () => {
    it("prolongs only the job's own", async () => {
      const own = await add({ state: "sending", lease: { owner: "job-1", endsIn: 5 } });
      const other = await add({ state: "sending", lease: { owner: "job-2", endsIn: 5 } });
      await renewLeases(ledger, "job-1");
      const until = async (id: number) => Number((await deliveryRow(ledger, id)).lease_until) - Date.now();
      expect(await until(own)).to.be.greaterThan(200_000);
      expect(await until(other)).to.be.lessThan(10_000);
    });
  });

  describe("releaseDeliveries", () => {
    it("never lets a later claim have the same number", async () => {
      const id = await add();
      expect((await claim())[0]).to.include({ id, attempts: 1, claims: 1 });
      await releaseDeliveries(ledger, { stage: sendStage, owner: "job-1", reason: "stopped" });
      expect((await claim())[0]).to.include({ id, attempts: 1, claims: 2 });
    });

    it("gives back the job's own as if it had not tried", async () => {
      const own = await claimed({ attempts: 3 });
      const other = await claimed({ lease: { owner: "job-2", endsIn: 300 } });
      expect(await releaseDeliveries(ledger, { stage: sendStage, owner: "job-1", reason: "stopped" })).to.equal(1);
      expect(await deliveryRow(ledger, own.delivery)).to.include({
        ...{ state: "ready", attempts: 2, lease_owner: null, lease_until: null, reason: "stopped" },
      });
      expect((await deliveryRow(ledger, other.delivery)).state).to.equal("sending");
    });
  });

  describe("markRenaming", () => {
    const note = { to: "/inbox/a.csv", server: "sftp.example:22", from: "/inbox/.a.csv.1.1.part", sha256: "ab12" };

    it("notes where the file will be and what was read", async () => {
      const own = await claimed();
      await markRenaming(ledger, own, note);
      expect(await deliveryRow(ledger, own.delivery)).to.include({
        ...{
          renaming_to: "/inbox/a.csv",
          renaming_from: "/inbox/.a.csv.1.1.part",
          renaming_server: "sftp.example:22",
          sha256: "ab12",
        },
      });
      await markRenaming(ledger, own, null);
      expect(await deliveryRow(ledger, own.delivery)).to.include({
        ...{ renaming_to: null, renaming_from: null, sha256: "ab12" },
      });
    });

    it("gives the job the time to do it", async () => {
      const own = await claimed({ lease: { owner: "job-1", endsIn: -1 } });
      await markRenaming(ledger, own, note);
      expect(await claim("job-2", 1, true)).to.deep.equal([]);
    });

    it("refuses a job whose claim has passed to another", () => expectLost((lost) => markRenaming(ledger, lost, note)));
  });

  describe("markDelivered", () => {
    const delivered = { deliveredAs: "/inbox/a.csv", size: 12, sha256: "ab12" };

    it("ends the delivery and tells the transfer its hash", async () => {
      const own = await claimed();
      await markDelivered(ledger, own, delivered);
      expect(await deliveryRow(ledger, own.delivery)).to.include({
        ...{ state: "delivered", delivered_as: "/inbox/a.csv", size: 12, sha256: "ab12", transfer_sha256: "ab12" },
        ...{ lease_owner: null, reason: null },
      });
    });

    it("tells it nothing of a transform's result, and nothing new where it knows", async () => {
      const transformed = await claimed();
      await ledger.query("UPDATE delivery SET object_key = '.transformed/1/a.csv' WHERE id = $1", [
        transformed.delivery,
      ]);
      await markDelivered(ledger, transformed, delivered);
      expect((await deliveryRow(ledger, transformed.delivery)).transfer_sha256).to.equal(null);
      const known = await claimed();
      await ledger.query(
        "UPDATE transfer SET sha256 = 'cd34' WHERE id = (SELECT transfer FROM delivery WHERE id = $1)",
        [known.delivery],
      );
      await markDelivered(ledger, known, delivered);
      expect((await deliveryRow(ledger, known.delivery)).transfer_sha256).to.equal("cd34");
    });

    it("refuses a job whose claim has passed to another", () =>
      expectLost((lost) => markDelivered(ledger, lost, delivered)));
  });

  describe("markReady", () => {
    const result = {
      objectKey: objectKey(".transformed/1/a.csv"),
      versionId: "v2",
      size: 7,
      sha256: "ef56",
      originalSha256: "01",
    };
    const transformed = async (): Promise<Claim> => ({
      delivery: await add({
        ...{ state: "transforming", queue: "transform:acme", sendQueue: queue, attempts: 4 },
        lease: { owner: "job-1", endsIn: 300 },
      }),
      stage: transformStage,
      owner: "job-1",
    });

    it("hands the result to the send queue and says whether a job is needed", async () => {
      const first = await transformed();
      expect(await ledger.transaction((t) => markReady(t, first, result))).to.deep.equal({ submitFor: queue });
      expect(await deliveryRow(ledger, first.delivery)).to.include({
        ...{ state: "ready", queue, attempts: 0, size: 7, sha256: "ef56", transfer_sha256: "01", lease_owner: null },
      });
      const second = await transformed();
      expect(await ledger.transaction((t) => markReady(t, second, result))).to.deep.equal({ submitFor: null });
    });

    it("ends the delivery where its subscription went away meanwhile, and asks for no job", async () => {
      const own = await transformed();
      await removeClaims();
      expect(await ledger.transaction((t) => markReady(t, own, result))).to.deep.equal({ submitFor: null });
      expect(await deliveryRow(ledger, own.delivery)).to.include({
        ...{ state: "cancelled", reason: "the subscription was removed", lease_owner: null, transfer_sha256: "01" },
      });
    });

    it("asks for no job where the claim has passed to another", async () => {
      const lost = { ...(await transformed()), owner: "job-2" };
      expect(await errorOf(ledger.transaction((t) => markReady(t, lost, result)))).to.be.instanceOf(LeaseLost);
      expect(await ledger.transaction((t) => requestDrain(t, queue))).to.equal(true);
    });
  });

  describe("retryLater", () => {
    const retry = { reason: "connection reset", delaySeconds: 100, mostAttempts: 8 };

    it("puts the delivery off and keeps what it noted of a rename", async () => {
      const own = await claimed({ attempts: 7, renamingTo: "/inbox/a.csv" });
      expect(await retryLater(ledger, own, retry)).to.equal("later");
      const row = await deliveryRow(ledger, own.delivery);
      expect(row).to.include({ state: "ready", reason: "connection reset", renaming_to: "/inbox/a.csv", attempts: 7 });
      expect(row.due_in).to.be.within(95, 100);
    });

    it("tries no more where the subscription went away meanwhile", async () => {
      const own = await claimed({ attempts: 8 });
      await removeClaims();
      expect(await retryLater(ledger, own, retry)).to.equal("cancelled");
      expect(await deliveryRow(ledger, own.delivery)).to.include({
        ...{ state: "cancelled", reason: "the subscription was removed after attempt 8: connection reset" },
        ...{ lease_owner: null },
      });
    });

    it("gives up with the last attempt", async () => {
      const own = await claimed({ attempts: 8 });
      expect(await retryLater(ledger, own, retry)).to.equal("failed");
      expect(await deliveryRow(ledger, own.delivery)).to.include({
        ...{ state: "failed", reason: "gave up after 8 attempts: connection reset", lease_until: null },
      });
    });

    it("refuses a job whose claim has passed to another", () => expectLost((lost) => retryLater(ledger, lost, retry)));
  });

  describe("failDelivery", () => {
    it("ends the delivery with a reason, also in its history", async () => {
      const own = await claimed({ renamingTo: "/inbox/a.csv" });
      await failDelivery(ledger, own, { reason: "permission denied" });
      expect(await deliveryRow(ledger, own.delivery)).to.include({
        ...{ state: "failed", reason: "permission denied", renaming_to: "/inbox/a.csv" },
      });
      const { rows } = await ledger.query("SELECT to_state, reason FROM state_change WHERE delivery = $1 ORDER BY id", [
        own.delivery,
      ]);
      expect(rows.at(-1)).to.deep.equal({ to_state: "failed", reason: "permission denied" });
    });

    it("lets the file be sent anew where a person has to find out whether it arrived", async () => {
      const own = await claimed({ renamingTo: "/inbox/a.csv" });
      await failDelivery(ledger, own, { reason: "arrival uncertain", isUncertain: true });
      expect(await deliveryRow(ledger, own.delivery)).to.include({ state: "failed", renaming_to: null });
    });

    it("refuses a job whose claim has passed to another", () =>
      expectLost((lost) => failDelivery(ledger, lost, { reason: "x" })));
  });

  describe("failQueue", () => {
    const fail = { queue, stage: sendStage, owner: "job-1", reason: "host key changed" };

    it("fails what waits and what the job holds, and leaves the rest", async () => {
      const failing = [await add(), await add({ dueIn: 3600 }), (await claimed()).delivery];
      const others = [
        (await claimed({ lease: { owner: "job-2", endsIn: 300 } })).delivery,
        await add({ queue: "push:other/inbox" }),
        await add({ state: "delivered" }),
      ];
      expect(await failQueue(ledger, fail)).to.deep.equal(failing);
      for (const id of failing) {
        expect(await deliveryRow(ledger, id)).to.include({ state: "failed", reason: "host key changed" });
      }
      for (const id of others) expect((await deliveryRow(ledger, id)).state).not.to.equal("failed");
      expect(await failQueue(ledger, fail)).to.deep.equal([]);
    });

    it("can be narrowed to one remote folder", async () => {
      const failing = await add();
      const other = await add({ subscription: "acme/more" });
      expect(await failQueue(ledger, { ...fail, folder: remotePath("/inbox") })).to.deep.equal([failing]);
      expect((await deliveryRow(ledger, other)).state).to.equal("ready");
    });
  });

  describe("retryQueueLater", () => {
    const retry = {
      ...{ queue, stage: sendStage, owner: "job-1", reason: "connection refused", mostAttempts: 8 },
      delays: [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => attempt * 100),
    };

    it("counts an attempt of everything that is due and gives up what had its last", async () => {
      const held = (await claimed({ attempts: 2 })).delivery;
      const due = await add({ attempts: 2 });
      const fresh = await add();
      const later = await add({ attempts: 2, dueIn: 10 });
      const last = await add({ attempts: 7 });
      expect(await retryQueueLater(ledger, retry)).to.deep.equal([last]);
      expect(await deliveryRow(ledger, held)).to.include({ state: "ready", attempts: 2, reason: "connection refused" });
      expect(await deliveryRow(ledger, due)).to.include({ state: "ready", attempts: 3 });
      expect((await deliveryRow(ledger, due)).due_in).to.be.within(290, 300);
      expect((await deliveryRow(ledger, held)).due_in).to.be.within(190, 200);
      expect((await deliveryRow(ledger, fresh)).due_in).to.be.within(90, 100);
      expect((await deliveryRow(ledger, later)).due_in).to.be.at.most(10);
      expect(await deliveryRow(ledger, last)).to.include({
        ...{ state: "failed", attempts: 8, reason: "gave up after 8 attempts: connection refused" },
      });
    });

    it("ends what is of a subscription that went away meanwhile", async () => {
      const held = (await claimed({ attempts: 8 })).delivery;
      await removeClaims();
      const due = await add({ attempts: 2 });
      const other = await add({ subscription: "acme/more" });
      expect(await retryQueueLater(ledger, retry)).to.deep.equal([]);
      for (const id of [held, due]) expect((await deliveryRow(ledger, id)).state).to.equal("cancelled");
      expect(await deliveryRow(ledger, other)).to.include({ state: "ready", attempts: 1 });
    });
  });

  describe("requeueDeliveries", () => {
    const newQueue = "push:acme/new-server";
    /** The partner's files name another destination for `claims`. */
    const move = () => {
      const claims = { ...push("/inbox"), destination: "new-server" };
      const subscriptions = [subscription("claims", claims), subscription("more", push("/other"))];
      const [inbox] = acme.destinations;
      const destinations = inbox === undefined ? [] : [inbox, { ...inbox, name: "new-server" }];
      return fixture.seed({ ...subscriber("acme", { subscriptions }), destinations });
    };

    it("lets what waits go where its subscription delivers now, anew", async () => {
      const tried = await add({ attempts: 3, dueIn: 3600, renamingTo: "/inbox/a.csv" });
      const transforming = { queue: "transform:acme", sendQueue: queue, attempts: 2 };
      const waiting = await add({ ...transforming, state: "waiting", dueIn: 60 });
      const atWork = await add({ ...transforming, state: "transforming", lease: { owner: "job-2", endsIn: 300 } });
      const dead = await add({ state: "sending", attempts: 1, lease: { owner: "dead", endsIn: -1 } });
      const others = [await add({ subscription: "acme/more" }), await add({ state: "delivered" })];
      await move();
      expect(await deliveryRow(ledger, tried)).to.include({
        ...{
          state: "ready",
          queue: newQueue,
          send_queue: newQueue,
          attempts: 0,
          due_in: 0,
          renaming_to: "/inbox/a.csv",
        },
      });
      expect(await deliveryRow(ledger, waiting)).to.include({
        ...{ state: "waiting", queue: "transform:acme", send_queue: newQueue, attempts: 2, due_in: 60 },
      });
      expect(await deliveryRow(ledger, atWork)).to.include({ queue: "transform:acme", send_queue: newQueue });
      expect(await deliveryRow(ledger, dead)).to.include({ queue: newQueue, lease_owner: "dead" });
      for (const id of others) expect((await deliveryRow(ledger, id)).queue).to.equal(queue);
      const orphaned = await ledger.transaction((transaction) => takeOrphanedDrains(transaction));
      expect(orphaned.map(({ queue }) => queue)).to.deep.equal([queue, newQueue]);
    });

    it("leaves what is being sent with its job, and nobody else sends it there", async () => {
      const own = await claimed();
      await move();
      expect(await deliveryRow(ledger, own.delivery)).to.include({ queue, lease_owner: "job-1" });
      await retryLater(ledger, own, { reason: "down", delaySeconds: 0, mostAttempts: 8 });
      expect(await claim("job-2")).to.deep.equal([]);
      expect(await requeueDeliveries(ledger, "beta")).to.equal(0);
      expect(await requeueDeliveries(ledger, null)).to.equal(1);
      expect((await deliveryRow(ledger, own.delivery)).queue).to.equal(newQueue);
    });
  });

  describe("surrenderDrain", () => {
    it("has the next sweep send another job", async () => {
      await ledger.transaction((transaction) => requestDrain(transaction, queue));
      const take = () => ledger.transaction((transaction) => takeOrphanedDrains(transaction));
      expect(await take()).to.deep.equal([]);
      await surrenderDrain(ledger, queue);
      expect(await take()).to.deep.equal([{ queue, jobId: null }]);
    });
  });
});
