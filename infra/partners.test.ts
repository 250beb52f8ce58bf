import { expect } from "chai";
import { publisher, subscriber } from "./partner-fixtures";
import { type RecordedProgram, recordProgram } from "./testing";

const resourceKey = ({ type, name }: { type: string; name: string }) => `${type} ${name}`;

/** Everything that is registered, with its inputs, by type and name. */
const inputsOf = (program: RecordedProgram) =>
  new Map(program.resources.map((resource) => [resourceKey(resource), JSON.stringify(resource.inputs)]));

describe("partners in the program", () => {
  it("a subscriber has a user, a secret, an invocation and a subscription, and nothing else", async () => {
    const before = inputsOf(await recordProgram());
    const program = await recordProgram({ partners: subscriber("acme") });
    const added = program.resources.map(resourceKey).filter((key) => !before.has(key));
    expect(added.sort()).to.deep.equal([
      "aws:cognito/user:User acme",
      "aws:lambda/invocation:Invocation acme",
      "aws:secretsmanager/secret:Secret acme/intake",
      "aws:sns/topicSubscription:TopicSubscription acme/ops@acme.example",
      // Once for each port that is pushed to, whoever is the first to use it.
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule jobs-to-destinations-22",
      "quayside:PartnerAccess acme",
    ]);
  });

  it("a publisher with a key costs one resource besides its component", async () => {
    const before = inputsOf(await recordProgram());
    const { resources } = await recordProgram({ partners: publisher("lab") });
    const added = resources.map(resourceKey).filter((key) => !before.has(key));
    expect(added).to.have.members(["aws:lambda/invocation:Invocation lab", "quayside:PartnerAccess lab"]);
  });

  it("one more partner changes no input of anything that is there", async () => {
    const before = inputsOf(await recordProgram({ partners: subscriber("acme") }));
    const after = inputsOf(await recordProgram({ partners: { ...subscriber("acme"), ...subscriber("borealis") } }));
    const changed = [...before].filter(([key, inputs]) => after.get(key) !== inputs).map(([key]) => key);
    expect(changed).to.deep.equal([]);
    expect(after.size - before.size).to.equal(5);
  });

  it("opens exactly the ports that destinations use", async () => {
    const partners = { ...subscriber("acme", { port: 2022 }), ...subscriber("borealis"), ...subscriber("cobalt") };
    const program = await recordProgram({ partners });
    const open = program.all("SecurityGroupEgressRule").filter(({ inputs }) => inputs.cidrIpv4 === "0.0.0.0/0");
    expect(open.map(({ inputs }) => [inputs.fromPort, inputs.toPort])).to.have.deep.members([
      [22, 22],
      [2022, 2022],
    ]);
  });

  describe("of a subscriber", () => {
    let program: RecordedProgram;
    before(async () => {
      program = await recordProgram({ stack: "prod", partners: subscriber("acme") });
    });

    it("the reconcile function gets its entitlements and the ARNs of its secrets, sorted", () => {
      const { inputs } = program.one("Invocation", "acme");
      expect(inputs).to.include({ functionName: "quayside-prod-reconcile", lifecycleScope: "CRUD" });
      const input = JSON.parse(String(inputs.input));
      expect(input.entitlements).to.include({ partner: "acme", name: "acme Inc" });
      expect(input.destinationSecrets).to.deep.equal({ intake: program.one("Secret", "acme/intake").inputs.name });
      expect(Object.keys(input.entitlements)).to.deep.equal(Object.keys(input.entitlements).sort());
    });

    it("the invocation waits for the user and the ledger's schema, and keeps its result secret", () => {
      const { dependsOn, additionalSecretOutputs } = program.one("Invocation", "acme");
      expect(dependsOn).to.have.members(["aws:lambda/invocation:Invocation migrations", "aws:cognito/user:User acme"]);
      expect(additionalSecretOutputs).to.deep.equal(["result"]);
    });

    it("no password and no secret's value is in the program", () => {
      const user = program.one("cognito/user:User", "acme").inputs;
      expect(user).to.include({ username: "acme", messageAction: "SUPPRESS" });
      expect(user).to.not.have.any.keys("password", "temporaryPassword");
      expect(program.all("SecretVersion")).to.deep.equal([]);
    });

    it("the push secret is named for its destination, encrypted with our key and recoverable", () => {
      expect(program.one("Secret", "acme/intake").inputs).to.include({
        name: "quayside/prod/push/acme/intake",
        kmsKeyId: program.one("Key", "data-key").state.arn,
        recoveryWindowInDays: 30,
      });
    });

    it("its people are told of its own files only", () => {
      const { inputs } = program.one("TopicSubscription", "acme/ops@acme.example");
      expect(inputs).to.include({
        topic: program.one("Topic", "notifications").state.arn,
        protocol: "email",
        endpoint: "ops@acme.example",
        filterPolicyScope: "MessageAttributes",
      });
      expect(JSON.parse(String(inputs.filterPolicy))).to.deep.equal({
        partner: ["acme"],
        event: ["delivery.delivered", "delivery.failed"],
      });
    });
  });

  it("problems in the files end the program before anything is registered, all in one error", async () => {
    const partners = {
      "acme/partner.yaml": "name: Acme\nfolder: []\n",
      "borealis/partner.yaml": "contacts: []\n",
    };
    const error = await recordProgram({ partners }).then(
      () => undefined,
      (failure: Error) => failure,
    );
    expect(error?.message).to.match(/has \d+ problems:/);
    expect(error?.message).to.match(/acme\/partner\.yaml:2:1: /);
    expect(error?.message).to.match(/borealis\/partner\.yaml:1:\d+: /);
  });
});
