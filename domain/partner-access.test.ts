import { expect } from "chai";
import fc from "fast-check";
import { sortedJson } from "./entitlements";
import { partnerAccess } from "./partner-access";
import { loadPartners } from "./partner-files/load-partners";
import type { Partner } from "./partner-files/partner";

const keys = {
  etl: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIYiQFJSt5wlwUBg9E4balBovlS8Xt28bAKpzrU8zRMZ",
  ops: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFOG6kY7Rf4UtCFvPwKgo/BztXck2xC4a2WyA34XtIwZ",
};

const fileGroups = `
fileGroups:
  claims: { description: Claims }
  prices: { description: Prices }
`;

/** A partner that has some of everything. */
const everything: Record<string, string> = {
  "partner.yaml": `
name: Acme
contacts: [{ name: Jonas Weber, email: jonas@acme.example }]
login:
  username: acme.user
  passwordVersion: 3
  sourceAddresses: [203.0.113.0/24, 198.51.100.0/24]
folders:
  - { virtualPath: /out, access: download }
  - { virtualPath: /in, access: upload, fileGroup: claims, replicateToEfs: true }
  - { virtualPath: /both, access: both, fileGroup: prices }
destinations:
  warehouse: { host: b.acme.example, port: 2222, username: q, authentication: key, hostKeys: [${keys.ops} second, ${keys.etl}] }
  archive: { host: a.acme.example, username: q, authentication: password, hostKeys: [${keys.etl}] }
notifications:
  - { email: ops@acme.example, events: [delivery.failed, delivery.delivered, delivery.failed] }
  - { email: mft@acme.example, events: [transfer.held] }
`,
  "keys/ops.pub": `${keys.ops} ops@acme\n`,
  "keys/etl.pub": `${keys.etl} etl@acme\n`,
  "transforms/claims.sql": "SELECT 1 FROM input",
  "subscriptions/claims.yaml": `
fileGroup: claims
publisher: acme
match: "*.json"
transform:
  - convert: { from: json, to: parquet }
  - convert: { from: parquet, to: csv, sql: transforms/claims.sql }
deliver: { push: { destination: warehouse, remotePath: inbox } }
`,
  "subscriptions/prices.yaml": `
fileGroup: prices
deliver: { place: { virtualPath: /out, fileName: "{transfer}-{name}", onConflict: rename } }
`,
  "subscriptions/archive.yaml": `
fileGroup: prices
deliver: { push: { destination: archive, remotePath: /prices, onConflict: replace } }
`,
};

function load(own: Record<string, string>): Partner {
  const files = new Map([["file-groups.yaml", Buffer.from(fileGroups)]]);
  for (const [path, text] of Object.entries(own)) files.set(`acme/${path}`, Buffer.from(text));
  const { partners, problems } = loadPartners(files);
  expect(problems).to.deep.equal([]);
  return partners[0] ?? expect.fail("no partner");
}

describe("partnerAccess", () => {
  it("compiles all that a partner's files say", () => {
    expect(partnerAccess(load(everything))).to.deep.equal({
      partner: "acme",
      originalId: "acme",
      previously: [],
      name: "Acme",
      username: "acme.user",
      endpoint: "partner",
      hasPassword: true,
      pushSecrets: [{ destination: "archive" }, { destination: "warehouse" }],
      notifications: [
        { email: "mft@acme.example", events: ["transfer.held"] },
        { email: "ops@acme.example", events: ["delivery.delivered", "delivery.failed"] },
      ],
      entitlements: {
        partner: "acme",
        name: "Acme",
        login: {
          username: "acme.user",
          endpoint: "partner",
          passwordVersion: 3,
          publicKeys: [keys.ops, keys.etl].sort(),
          sourceAddresses: ["198.51.100.0/24", "203.0.113.0/24"],
        },
        folders: [
          { virtualPath: "/both", objectPrefix: "acme/both/", access: "both", fileGroup: "prices", replicate: false },
          { virtualPath: "/in", objectPrefix: "acme/in/", access: "upload", fileGroup: "claims", replicate: true },
          { virtualPath: "/out", objectPrefix: "acme/out/", access: "download", fileGroup: null, replicate: false },
        ],
        destinations: [
          {
            name: "archive",
            host: "a.acme.example",
            port: 22,
            username: "q",
            hostKeys: [keys.etl],
            authentication: "password",
          },
          {
            name: "warehouse",
            host: "b.acme.example",
            port: 2222,
            username: "q",
            hostKeys: [keys.ops, keys.etl].sort(),
            authentication: "key",
          },
        ],
        subscriptions: [
          {
            name: "archive",
            fileGroup: "prices",
            publisher: null,
            match: null,
            transform: [],
            delivery: {
              kind: "push",
              destination: "archive",
              remotePath: "/prices",
              fileName: "{name}",
              onConflict: "replace",
            },
          },
          {
            name: "claims",
            fileGroup: "claims",
            publisher: "acme",
            match: "*.json",
            transform: [
              { kind: "convert", from: "json", to: "parquet", sql: null },
              { kind: "convert", from: "parquet", to: "csv", sql: "SELECT 1 FROM input" },
            ],
            delivery: {
              kind: "push",
              destination: "warehouse",
              remotePath: "inbox",
              fileName: "{stem}.csv",
              onConflict: "fail",
            },
          },
          {
            name: "prices",
            fileGroup: "prices",
            publisher: null,
            match: null,
            transform: [],
            delivery: {
              kind: "place",
              virtualPath: "/out",
              objectPrefix: "acme/out/",
              fileName: "{transfer}-{name}",
              onConflict: "rename",
            },
          },
        ],
      },
    });
  });

  it("fills in what a small partner leaves out", () => {
    const contacts = "name: Acme\ncontacts: [{ name: A, email: a@acme.example }]\n";
    const folders = "folders: [{ virtualPath: /in, access: upload, fileGroup: claims }]\n";
    const small = partnerAccess(load({ "partner.yaml": contacts }));
    expect(small).to.include({ username: null, endpoint: null, hasPassword: false });
    expect(small.entitlements).to.deep.equal({
      partner: "acme",
      name: "Acme",
      login: null,
      folders: [],
      destinations: [],
      subscriptions: [],
    });
    const withKey = { "partner.yaml": `${contacts}login: {}\n${folders}`, "keys/etl.pub": keys.etl };
    const keyOnly = partnerAccess(load(withKey));
    expect(keyOnly).to.include({ username: "acme", endpoint: "partner", hasPassword: false });
    expect(keyOnly.entitlements.login).to.deep.include({ passwordVersion: null, sourceAddresses: [] });
    expect(keyOnly.entitlements.folders).to.deep.equal([
      { virtualPath: "/in", objectPrefix: "acme/in/", access: "upload", fileGroup: "claims", replicate: false },
    ]);
  });

  it("is the same in whatever order the files list things", () => {
    const partner = load(everything);
    const expected = sortedJson(partnerAccess(partner));
    fc.assert(
      fc.property(shuffled(partner), (other) => {
        expect(sortedJson(partnerAccess(other))).to.equal(expected);
      }),
    );
  });

  it("keeps the order of transform steps, which means something", () => {
    const partner = load(everything);
    const subscriptions = partner.subscriptions.map((subscription) => ({
      ...subscription,
      settings: { ...subscription.settings, transform: subscription.settings.transform?.toReversed() },
    }));
    const access = sortedJson(partnerAccess(partner));
    expect(sortedJson(partnerAccess({ ...partner, subscriptions }))).to.not.equal(access);
  });
});

const anyOrder = <Value>(values: readonly Value[]) =>
  fc.shuffledSubarray([...values], { minLength: values.length, maxLength: values.length });

/** The partner with every list and mapping of which the order means nothing in another order. */
function shuffled(partner: Partner): fc.Arbitrary<Partner> {
  const { settings } = partner;
  const destinations = Object.entries(settings.destinations);
  return fc
    .record({
      keys: anyOrder(partner.keys),
      subscriptions: anyOrder(partner.subscriptions),
      folders: anyOrder(settings.folders),
      destinations: anyOrder(destinations),
      hostKeys: fc.tuple(...destinations.map(([, { hostKeys }]) => anyOrder(hostKeys))),
      notifications: anyOrder(settings.notifications),
      events: fc.tuple(...settings.notifications.map(({ events }) => anyOrder(events))),
      sourceAddresses: anyOrder(settings.login?.sourceAddresses ?? []),
    })
    .map((order) => ({
      ...partner,
      keys: order.keys,
      subscriptions: order.subscriptions,
      settings: {
        ...settings,
        login: settings.login && { ...settings.login, sourceAddresses: order.sourceAddresses },
        folders: order.folders,
        destinations: Object.fromEntries(
          order.destinations.map(([name, destination]) => [
            name,
            { ...destination, hostKeys: order.hostKeys[destinations.findIndex(([other]) => other === name)] ?? [] },
          ]),
        ),
        notifications: order.notifications.map((entry) => ({
          ...entry,
          events: order.events[settings.notifications.indexOf(entry)] ?? [],
        })),
      },
    }));
}

describe("sortedJson", () => {
  it("sorts the keys of every object and leaves lists as they are", () => {
    expect(sortedJson({ b: [{ d: 1, c: 2 }, 3], a: null, "10": true })).to.equal(
      '{"10":true,"a":null,"b":[{"c":2,"d":1},3]}',
    );
  });

  it("is equal for equal values, and is JSON of the value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(sortedJson(turned)).to.equal(sortedJson(value));
        expect(JSON.parse(sortedJson(value))).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
