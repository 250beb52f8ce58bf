import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type SftpClient from "ssh2-sftp-client";
import { withPrograms } from "../../test/programs";
import { openssh } from "../sftp/openssh-client";
import { connectionOf } from "../sftp/quiet-client";
import { bucket, EndpointFixture, errorOf, keys, serverId, username } from "./endpoint-fixture";

const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
const listing = (entries: SftpClient.FileInfo[]) => entries.map(({ name, size, type }) => ({ name, size, type }));

describe("startSftpEndpoint: files", () => {
  let fixture: EndpointFixture;
  let client: SftpClient;
  beforeEach(async () => {
    fixture = new EndpointFixture();
    await fixture.start();
  });
  afterEach(() => fixture.stop());

  const path = (name: string) => join(fixture.folder, name);

  describe("in the virtual tree", () => {
    beforeEach(async () => {
      client = await fixture.connect();
    });

    it("shows the mapped directories and nothing else", async () => {
      await fixture.put("acme/secret", "x");
      await fixture.put("acme/reports/weekly/x", "x");
      await fixture.put("beta/x", "x");
      expect(listing(await client.list("/"))).to.deep.equal([
        { name: "claims", size: 0, type: "d" },
        { name: "reports", size: 0, type: "d" },
      ]);
      expect(listing(await client.list("/reports"))).to.deep.equal([{ name: "daily", size: 0, type: "d" }]);
      expect(await client.list("/claims")).to.deep.equal([]);
      for (const elsewhere of ["/secret", "/reports/weekly", "/reports/weekly/x", "/beta", "/acme", `/${bucket}`]) {
        expect(await client.exists(elsewhere), elsewhere).to.equal(false);
      }
    });

    it("lets nobody out with ..", async () => {
      await fixture.put("acme/secret", "secret");
      await fixture.put("beta/secret", "secret");
      expect(await client.realPath("/claims/../../../claims/./x//y/..")).to.equal("/claims/x");
      for (const hostile of [
        "/claims/../secret",
        "/claims/../../beta/secret",
        "../../beta/secret",
        "/claims/..%2fsecret",
        "/claims/../reports/../secret",
        "//claims//..//secret",
        "/claims/\\..\\secret",
      ]) {
        expect(await errorOf(client.get(hostile)), hostile).to.contain("No such file");
        expect(await errorOf(client.list(hostile)), hostile).to.contain("No such file");
      }
      for (const hostile of ["/x", "/claims/../x", "/reports/x", "/reports/daily/../x", "/claims", "/"]) {
        expect(await errorOf(client.put(Buffer.from("x"), hostile)), hostile).to.contain("Permission denied");
        expect(await errorOf(client.rmdir(hostile)), hostile).to.not.equal("no error");
        expect(await errorOf(client.delete(hostile)), hostile).to.not.equal("no error");
        expect(await errorOf(client.rename(hostile, "/claims/y")), hostile).to.not.equal("no error");
      }
      for (const hostile of ["/x", "/claims/../x", "/reports/x"]) {
        expect(await errorOf(client.mkdir(hostile)), hostile).to.contain("Permission denied");
      }
      expect(await fixture.keys()).to.deep.equal(["acme/secret", "beta/secret"]);
    });

    it("takes names for names, whatever is in them", async () => {
      const names = [
        ...["with blank", "ünïcödé-文件-📄", "line\nbreak", "return\rtab\t", "100%25+", "a&b<c>", "?*[x]", "\\", "'\""],
        ...["...", "-rf", "#frag", "x".repeat(200), "\u0001\u007f"],
      ];
      for (const name of names) await client.put(Buffer.from(name), `/claims/${name}`);
      expect((await client.list("/claims")).map(({ name }) => name).sort()).to.deep.equal([...names].sort());
      for (const name of names) expect(String(await client.get(`/claims/${name}`)), name).to.equal(name);
      expect((await fixture.keys()).sort()).to.deep.equal(names.map((name) => `acme/claims/${name}`).sort());
      for (const name of names) await client.rename(`/claims/${name}`, `/claims/new ${name}`);
      expect((await client.list("/claims")).map(({ name }) => name).sort()).to.deep.equal(
        names.map((name) => `new ${name}`).sort(),
      );
      expect(await errorOf(client.put(Buffer.from("x"), `/claims/${"y".repeat(1100)}`))).to.contain("too long");
      expect(await errorOf(client.put(Buffer.from("x"), "/claims/a\0b"))).to.contain("NUL");
    });

    it("lists 1,010 files in several pages, folders among them, each once", async () => {
      const names = Array.from({ length: 1010 }, (_, index) => `file-${String(index).padStart(4, "0")}`);
      while (names.length > 0)
        await Promise.all(names.splice(0, 50).map((name) => fixture.put(`acme/claims/${name}`, "")));
      await fixture.put("acme/claims/file-0600/inner", "x");
      await fixture.put("acme/claims/", "");
      fixture.accessCalls.length = 0;
      const found = (await client.list("/claims")).map(({ name, type }) => `${type} ${name}`);
      const expected = Array.from({ length: 1010 }, (_, index) => `- file-${String(index).padStart(4, "0")}`);
      expect(found.sort()).to.deep.equal([...expected, "d file-0600"].sort());
      const lists = fixture.accessCalls.filter(({ action }) => action === "s3:ListBucket");
      expect(lists).to.have.length(2);
    });

    it("makes directories as markers, and removes empty ones only", async () => {
      await client.mkdir("/claims/2026");
      expect(await fixture.keys()).to.deep.equal(["acme/claims/2026/"]);
      expect(await client.list("/claims/2026")).to.deep.equal([]);
      expect(await errorOf(client.rmdir("/claims/2027"))).to.match(/No such (file|directory)/);
      await client.put(Buffer.from("x"), "/claims/2026/a");
      expect(await errorOf(client.rmdir("/claims/2026"))).to.contain("not empty");
      expect(await errorOf(client.delete("/claims/2026"))).to.contain("It is a directory");
      expect(await errorOf(client.rename("/claims/2026", "/claims/2027"))).to.contain("It is a directory");
      await client.delete("/claims/2026/a");
      await client.rmdir("/claims/2026");
      expect(await fixture.keys()).to.deep.equal([]);
      const kinds = fixture.events.map((event) => event["detail-type"]);
      expect(kinds).to.include.members([
        "SFTP Server Directory Create Completed",
        "SFTP Server File Delete Completed",
        "SFTP Server Directory Delete Completed",
      ]);
    });
  });

  describe("uploaded", () => {
    beforeEach(async () => {
      client = await fixture.connect();
    });

    it("become one object when the client closes them, and then an event", async () => {
      await client.put(Buffer.from("content"), "/claims/a.csv");
      const { content, metadata } = await fixture.object("acme/claims/a.csv");
      expect(content.toString()).to.equal("content");
      expect(metadata).to.deep.equal({ "user-agent": "AWSTransfer", "user-agent-id": `${username}@${serverId}` });
      const [event] = fixture.events;
      const sessionId = event?.detail["session-id"];
      expect(event?.detail["end-timestamp"]).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      expect(event).to.deep.equal({
        version: "0",
        id: event?.id,
        "detail-type": "SFTP Server File Upload Completed",
        source: "aws.transfer",
        account: "000000000000",
        time: event?.time,
        region: "eu-central-1",
        resources: [`arn:aws:transfer:eu-central-1:000000000000:server/${serverId}`],
        detail: {
          "status-code": "COMPLETED",
          protocol: "SFTP",
          bytes: 7,
          etag: createHash("md5").update("content").digest("hex"),
          "file-path": `/${bucket}/acme/claims/a.csv`,
          "client-ip": "127.0.0.1",
          "server-id": serverId,
          username,
          "session-id": sessionId,
          "start-timestamp": event?.detail["start-timestamp"],
          "end-timestamp": event?.detail["end-timestamp"],
        },
      });
      const issued = fixture.accessCalls.find(({ action }) => action === "s3:PutObject");
      expect(issued?.principal.sessionName).to.equal(`${username}.${sessionId}@${serverId}`);
      expect(issued?.principal.roleArn).to.equal("arn:aws:iam::000000000000:role/transfer");
      await client.end();
      expect(await fixture.spooled()).to.deep.equal([]);
      expect(fixture.activities()).to.deep.equal(["CONNECTED", "OPEN", "CLOSE", "DISCONNECTED"]);
      expect(fixture.log()[1]).to.include({ mode: "CREATE|TRUNCATE|WRITE", path: `/${bucket}/acme/claims/a.csv` });
      expect(fixture.log()[2]).to.include({ "bytes-in": 7, user: username, "session-id": sessionId });
    });

    it("may be empty", async () => {
      await client.put(Buffer.alloc(0), "/claims/empty");
      expect((await fixture.object("acme/claims/empty")).content).to.have.length(0);
      expect(fixture.events[0]?.detail.bytes).to.equal(0);
      expect((await client.get("/claims/empty")) as Buffer).to.have.length(0);
    });

    it("of 16 MB go up in parts and come down in one stream", async () => {
      const content = randomBytes(16 * 1024 * 1024 + 1);
      await writeFile(path("source"), content);
      await client.fastPut(path("source"), "/claims/large");
      const { ETag, ContentLength } = await fixture.admin.send(
        new HeadObjectCommand({ Bucket: bucket, Key: "acme/claims/large" }),
      );
      expect(ContentLength).to.equal(content.length);
      expect(ETag).to.match(/^"[0-9a-f]{32}-3"$/);
      expect(`"${fixture.events[0]?.detail.etag}"`).to.equal(ETag);
      fixture.accessCalls.length = 0;
      await client.fastGet("/claims/large", path("back"));
      expect(sha256(await readFile(path("back")))).to.equal(sha256(content));
      // The client's stat, its open, and one stream.
      expect(fixture.accessCalls.filter(({ action }) => action === "s3:GetObject")).to.have.length(3);
    });

    it("are many in flight over one connection", async () => {
      const names = Array.from({ length: 40 }, (_, index) => `file-${index}`);
      const contents = names.map((name) => randomBytes(40_000).fill(name));
      await Promise.all(names.map((name, index) => client.put(contents[index] ?? "", `/claims/${name}`)));
      for (const [index, name] of names.entries()) {
        expect(
          (await fixture.object(`acme/claims/${name}`)).content.equals(contents[index] ?? Buffer.alloc(0)),
        ).to.equal(true);
      }
      expect(fixture.events).to.have.length(40);
    });

    it("replace an object of the same name", async () => {
      await client.put(Buffer.from("old"), "/claims/a");
      await client.put(Buffer.from("new"), "/claims/a");
      expect(await fixture.text("acme/claims/a")).to.equal("new");
    });

    it("cannot be appended to, changed in part, or made over an existing one exclusively", async () => {
      await client.put(Buffer.from("content"), "/claims/a");
      expect(await errorOf(client.append(Buffer.from("x"), "/claims/a"))).to.contain("not supported");
      for (const [flags, message] of [
        ["a", "not supported"],
        ["r+", "not supported"],
        ["w+", "not supported"],
        ["wx", "The file exists"],
      ] as const) {
        const writeStreamOptions = { flags } as never;
        expect(await errorOf(client.put(Buffer.from("x"), "/claims/a", { writeStreamOptions }))).to.contain(message);
      }
      expect(await fixture.text("acme/claims/a")).to.equal("content");
      await client.put(Buffer.from("new"), "/claims/b", { writeStreamOptions: { flags: "wx" } as never });
      expect(await fixture.text("acme/claims/b")).to.equal("new");
    });

    it("are stored in part when the connection is lost, and the event says so", async () => {
      const content = randomBytes(3_000_000);
      let sent = 0;
      const upload = errorOf(
        client.fastPut(await writeTo(path("source"), content), "/claims/broken", {
          concurrency: 4,
          step: (total) => {
            sent = total;
            if (total > 1_000_000) connectionOf(client).destroy();
          },
        }),
      );
      expect(await upload).to.not.equal("no error");
      await fixture.endpoint.stop();
      const stored = (await fixture.object("acme/claims/broken")).content;
      expect(stored.length).to.be.at.least(sent).and.below(content.length);
      expect(stored.equals(content.subarray(0, stored.length))).to.equal(true);
      const [event] = fixture.events;
      expect(event?.["detail-type"]).to.equal("SFTP Server File Upload Failed");
      expect(event?.detail).to.include({
        "status-code": "FAILED",
        "failure-code": "PARTIAL_UPLOAD",
        bytes: stored.length,
        "file-path": `/${bucket}/acme/claims/broken`,
      });
      expect(fixture.activities()).to.deep.equal(["CONNECTED", "OPEN", "PARTIAL_CLOSE", "DISCONNECTED"]);
    });

    it("fail for the client when S3 refuses them, and the event says so", async () => {
      fixture.deniedActions = ["s3:PutObject"];
      expect(await errorOf(client.put(Buffer.from("x"), "/claims/a"))).to.contain("Permission denied");
      expect(await fixture.keys()).to.deep.equal([]);
      expect(fixture.events.map((event) => event["detail-type"])).to.deep.equal(["SFTP Server File Upload Failed"]);
      expect(fixture.events[0]?.detail).to.include({ "failure-code": "UNKNOWN_ERROR", "status-code": "FAILED" });
    });
  });

  describe("downloaded", () => {
    beforeEach(async () => {
      client = await fixture.connect();
    });

    it("leave a line in the log and an event", async () => {
      await fixture.put("acme/reports/daily/a", "content");
      expect(String(await client.get("/reports/daily/a"))).to.equal("content");
      await client.end();
      await fixture.endpoint.stop();
      expect(fixture.events[0]?.["detail-type"]).to.equal("SFTP Server File Download Completed");
      expect(fixture.events[0]?.detail).to.include({ bytes: 7, "file-path": `/${bucket}/acme/reports/daily/a` });
      expect(fixture.log()[2]).to.include({ "activity-type": "CLOSE", "bytes-out": 7 });
    });

    it("leave an event that says so when the connection is lost", async () => {
      await fixture.put("acme/claims/a", randomBytes(3_000_000));
      const step = (total: number) => {
        if (total > 500_000) connectionOf(client).destroy();
      };
      expect(await errorOf(client.fastGet("/claims/a", path("back"), { concurrency: 2, step }))).to.not.equal(
        "no error",
      );
      await fixture.endpoint.stop();
      expect(fixture.events.map((event) => event["detail-type"])).to.deep.equal(["SFTP Server File Download Failed"]);
      expect(fixture.events[0]?.detail).to.include({ "status-code": "FAILED", "failure-code": "PARTIAL_DOWNLOAD" });
      expect(fixture.events[0]?.detail.bytes).to.be.at.least(500_000);
    });

    it("can be read from anywhere, backwards too", async () => {
      const content = randomBytes(5_000_000);
      await fixture.put("acme/claims/a", content);
      for (const [start, end] of [
        [4_000_000, 4_999_999],
        [0, 99],
        [2_500_000, 2_500_000],
        [4_999_999, 4_999_999],
      ] as const) {
        const part = (await client.get("/claims/a", undefined, {
          readStreamOptions: { start, end } as never,
        })) as Buffer;
        expect(part.equals(content.subarray(start, end + 1)), `${start}`).to.equal(true);
      }
    });

    it("are missed where they are not, and not read where they are directories", async () => {
      await fixture.put("acme/claims/dir/a", "x");
      expect(await errorOf(client.get("/claims/nothing"))).to.contain("No such file");
      expect(await errorOf(client.get("/claims"))).to.contain("It is a directory");
      expect(await errorOf(client.list("/claims/nothing"))).to.contain("No such file");
      expect((await client.stat("/claims/dir")).isDirectory).to.equal(true);
      expect(await client.stat("/claims/dir/a")).to.include({ isFile: true, size: 1 });
    });
  });

  describe("renamed", () => {
    beforeEach(async () => {
      client = await fixture.connect();
    });

    it("are copied and deleted, with one event", async () => {
      await client.put(Buffer.from("x"), "/claims/a.part");
      await client.rename("/claims/a.part", "/reports/daily/a");
      await client.posixRename("/reports/daily/a", "/claims/b");
      expect(await fixture.keys()).to.deep.equal(["acme/claims/b"]);
      const renames = fixture.events.filter((event) => event["detail-type"] === "SFTP Server File Rename Completed");
      expect(renames.map(({ detail }) => [detail["original-file-path"], detail["renamed-file-path"]])).to.deep.equal([
        [`/${bucket}/acme/claims/a.part`, `/${bucket}/acme/reports/daily/a`],
        [`/${bucket}/acme/reports/daily/a`, `/${bucket}/acme/claims/b`],
      ]);
    });

    it("never replace another, not even by POSIX's rename", async () => {
      await client.put(Buffer.from("a"), "/claims/a");
      await client.put(Buffer.from("b"), "/claims/b");
      expect(await errorOf(client.rename("/claims/a", "/claims/b"))).to.contain("The target exists");
      expect(await errorOf(client.posixRename("/claims/a", "/claims/b"))).to.contain("The target exists");
      expect(await errorOf(client.rename("/claims/c", "/claims/d"))).to.contain("No such file");
      expect(await fixture.text("acme/claims/b")).to.equal("b");
    });
  });

  withPrograms("sftp").it("serves the stock OpenSSH client", async () => {
    const content = randomBytes(9 * 1024 * 1024);
    await writeTo(path("up load"), content);
    const server = { port: fixture.endpoint.port, hostKeys: fixture.endpoint.hostKeys.map((key) => key.publicKey) };
    const result = await openssh(server, { username, privateKey: keys.privateKey }, [
      "ls -l",
      "cd claims",
      "mkdir 2026",
      `put "${path("up load")}" 2026/a.part`,
      "rename 2026/a.part 2026/a",
      "ls -l 2026",
      `get 2026/a "${path("back")}"`,
      "rm 2026/a",
      "rmdir 2026",
      "-put /nowhere x",
      "pwd",
    ]);
    expect(result.stderr).to.not.match(/failure|denied/i);
    expect(result.exitCode).to.equal(0);
    expect(result.stdout)
      .to.contain("Remote working directory: /claims")
      .and.match(/9437184 .*a\n/);
    expect(sha256(await readFile(path("back")))).to.equal(sha256(content));
    expect(await fixture.keys()).to.deep.equal([]);
  });
});

async function writeTo(file: string, content: Buffer): Promise<string> {
  await writeFile(file, content);
  return file;
}
