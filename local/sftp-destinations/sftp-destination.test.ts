import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Client, type SFTPWrapper } from "ssh2";
import type SftpClient from "ssh2-sftp-client";
import { withPrograms } from "../../test/programs";
import { generateKeyPair } from "../sftp/key-pair";
import { openssh } from "../sftp/openssh-client";
import { connectionOf, quietClient } from "../sftp/quiet-client";
import { type SftpDestination, type SftpDestinationOptions, startSftpDestination } from "./sftp-destination";

const username = "quayside";
const password = "correct horse";
const keys = generateKeyPair();

async function errorOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error: Error) => error.message,
  );
}

describe("startSftpDestination", () => {
  let folder: string;
  let destination: SftpDestination;
  const clients: SftpClient[] = [];

  async function start(options: Partial<SftpDestinationOptions> = {}): Promise<void> {
    destination = await startSftpDestination({
      ...{ username, password, folder: join(folder, "inbox"), authorizedKeys: [`${keys.publicKey} somebody`] },
      ...options,
    });
  }

  async function connect(options: Partial<SftpClient.ConnectOptions> = {}): Promise<SftpClient> {
    const client = await quietClient({ port: destination.port, username, password, ...options });
    clients.push(client);
    return client;
  }

  /** The plain SFTP client below ssh2-sftp-client, for what that does not offer. */
  async function rawSftp(): Promise<{ sftp: SFTPWrapper; end(): void }> {
    const client = connectionOf(await connect());
    const sftp = await new Promise<SFTPWrapper>((resolve, reject) => {
      client.sftp((error, wrapper) => (error ? reject(error) : resolve(wrapper)));
    });
    return { sftp, end: () => void client.end() };
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-destination-"));
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end().catch(() => {})));
    await destination.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const onDisk = (path: string) => readFile(join(folder, "inbox", path), "utf8");

  describe("logging in", () => {
    beforeEach(() => start());

    it("takes the password, and the authorised key", async () => {
      await (await connect()).list("/");
      await (await connect({ password: undefined, privateKey: keys.privateKey })).list("/");
      expect(destination.connectionCount).to.equal(2);
    });

    const strangers: [string, Partial<SftpClient.ConnectOptions>][] = [
      ["a wrong password", { password: "wrong horse" }],
      ["another user", { username: "somebody" }],
      ["another key", { password: undefined, privateKey: generateKeyPair().privateKey }],
      ["another user with the right key", { username: "x", password: undefined, privateKey: keys.privateKey }],
    ];
    for (const [name, options] of strangers) {
      it(`refuses ${name}`, async () => {
        expect(await errorOf(connect(options))).to.contain("All configured authentication methods failed");
      });
    }

    it("shows the host keys that it announces", async () => {
      let seen = "";
      await connect({
        hostVerifier: (key: Buffer) => {
          seen = key.toString("base64");
          return true;
        },
      });
      expect(destination.hostKeys.map((line) => line.split(" ")[1])).to.include(seen);
    });

    it("is not upset by somebody who does not speak SSH", async () => {
      const socket = createConnection(destination.port, "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\n\r\n");
      await new Promise((resolve) => socket.once("close", resolve).resume());
      await (await connect()).list("/");
    });
  });

  describe("files", () => {
    beforeEach(() => start());

    it("are written, renamed, listed, read and removed", async () => {
      const client = await connect();
      await client.mkdir("/in");
      await client.put(Buffer.from("one"), "/in/a.part");
      await client.rename("/in/a.part", "/in/a.csv");
      expect(await onDisk("in/a.csv")).to.equal("one");
      expect((await client.list("/in")).map(({ name, size, type }) => ({ name, size, type }))).to.deep.equal([
        { name: "a.csv", size: 3, type: "-" },
      ]);
      expect(String(await client.get("/in/a.csv"))).to.equal("one");
      await client.delete("/in/a.csv");
      expect(await client.exists("/in/a.csv")).to.equal(false);
      await client.rmdir("/in");
      expect(await readdir(join(folder, "inbox"))).to.deep.equal([]);
      expect(destination.names).to.deep.equal(["/in", "/in/a.part", "/in/a.csv"]);
    });

    it("of 6 MB arrive whole through many writes in flight", async () => {
      const content = randomBytes(6 * 1024 * 1024);
      const source = join(folder, "source");
      await writeFile(source, content);
      const client = await connect();
      await client.fastPut(source, "/large");
      const received = await readFile(join(folder, "inbox", "large"));
      expect(createHash("sha256").update(received).digest("hex")).to.equal(
        createHash("sha256").update(content).digest("hex"),
      );
      await client.fastGet("/large", join(folder, "back"));
      expect((await readFile(join(folder, "back"))).equals(content)).to.equal(true);
    });

    it("are many at once over one connection", async () => {
      const client = await connect();
      const names = Array.from({ length: 100 }, (_, index) => `file-${index}`);
      await Promise.all(names.map((name) => client.put(Buffer.from(name), `/${name}`)));
      expect(await Promise.all(names.map(onDisk))).to.deep.equal(names);
    });

    it("keep what was there when a write resumes at an offset", async () => {
      const client = await connect();
      await client.put(Buffer.from("abcdef"), "/a");
      await client.put(Buffer.from("XY"), "/a", { writeStreamOptions: { flags: "r+", start: 2 } as never });
      expect(await onDisk("a")).to.equal("abXYef");
      await client.append(Buffer.from("g"), "/a");
      expect(await onDisk("a")).to.equal("abXYefg");
    });

    it("are not overwritten by a plain rename, but by POSIX's", async () => {
      const client = await connect();
      await client.put(Buffer.from("old"), "/a");
      await client.put(Buffer.from("new"), "/b");
      expect(await errorOf(client.rename("/b", "/a"))).to.contain("The target exists");
      expect(await onDisk("a")).to.equal("old");
      await client.posixRename("/b", "/a");
      expect(await onDisk("a")).to.equal("new");
    });

    it("have their times and sizes set", async () => {
      const { sftp, end } = await rawSftp();
      await new Promise<void>((resolve, reject) => {
        sftp.writeFile("/a", "abcdef", (error) => (error ? reject(error) : resolve()));
      });
      await new Promise<void>((resolve, reject) => {
        sftp.setstat("/a", { size: 3 } as never, (error) => (error ? reject(error) : resolve()));
      });
      await new Promise<void>((resolve, reject) => {
        sftp.utimes("/a", 1_000, 2_000, (error) => (error ? reject(error) : resolve()));
      });
      const found = await new Promise<{ size: number; mtime: number }>((resolve, reject) => {
        sftp.stat("/a", (error, stats) => (error ? reject(error) : resolve(stats)));
      });
      end();
      expect({ size: found.size, mtime: found.mtime }).to.deep.equal({ size: 3, mtime: 2_000 });
    });

    it("outside the folder are out of reach", async () => {
      await writeFile(join(folder, "secret"), "secret");
      await symlink(join(folder, "secret"), join(folder, "inbox", "link"));
      await symlink(folder, join(folder, "inbox", "up"));
      const client = await connect();
      for (const path of ["/../secret", "../../secret", "/in/../../secret", "/link", "/up/secret"]) {
        expect(await errorOf(client.get(path)), path).to.match(/No such file|Permission denied/);
        expect(await errorOf(client.put(Buffer.from("x"), path === "/link" ? "/link" : "/up/new")), path).to.match(
          /Permission denied/,
        );
      }
      expect(await readFile(join(folder, "secret"), "utf8")).to.equal("secret");
      expect(await client.realPath("/in/../../../x")).to.equal("/x");
    });

    it("have any name that a file may have", async () => {
      const client = await connect();
      const names = ["with blank", "ünïcödé-文件-📄", "line\nbreak", "-rf", "*?[a]", "back\\slash", "'quoted\""];
      for (const name of names) await client.put(Buffer.from(name), `/${name}`);
      expect((await client.list("/")).map(({ name }) => name).sort()).to.deep.equal([...names].sort());
      for (const name of names) expect(String(await client.get(`/${name}`))).to.equal(name);
    });

    it("are 1,000 in one listing", async () => {
      await mkdir(join(folder, "inbox", "many"));
      const names = Array.from({ length: 1000 }, (_, index) => `file-${String(index).padStart(4, "0")}`);
      await Promise.all(names.map((name) => writeFile(join(folder, "inbox", "many", name), "")));
      expect((await (await connect()).list("/many")).map(({ name }) => name)).to.deep.equal(names);
    });
  });

  describe("faults", () => {
    it("cut the connection after some bytes, keep what arrived, and then no more", async () => {
      await start({ faults: { failAfterBytes: 100_000, failTimes: 1 } });
      const content = randomBytes(300_000);
      expect(await errorOf((await connect()).put(content, "/a.part"))).to.not.equal("no error");
      const arrived = await readFile(join(folder, "inbox", "a.part"));
      expect(arrived.equals(content.subarray(0, 100_000))).to.equal(true);
      await (await connect()).put(content, "/a.part");
      expect((await readFile(join(folder, "inbox", "a.part"))).equals(content)).to.equal(true);
      expect(destination.connectionCount).to.equal(2);
    });

    it("refuse renames, until they do not", async () => {
      await start({ faults: { refuseRename: true } });
      const client = await connect();
      await client.put(Buffer.from("a"), "/a");
      expect(await errorOf(client.rename("/a", "/b"))).to.contain("Rename is refused");
      destination.faults.refuseRename = false;
      await client.rename("/a", "/b");
      expect(destination.names).to.deep.equal(["/a", "/b"]);
    });

    it("deny changes in folders that may only be read", async () => {
      await start({ faults: { readOnlyFolders: ["/ro"] } });
      await mkdir(join(folder, "inbox", "ro"));
      await writeFile(join(folder, "inbox", "ro", "a"), "a");
      const client = await connect();
      expect(String(await client.get("/ro/a"))).to.equal("a");
      for (const change of [
        () => client.put(Buffer.from("b"), "/ro/b"),
        () => client.delete("/ro/a"),
        () => client.mkdir("/ro/c"),
        () => client.rename("/ro/a", "/a"),
      ]) {
        expect(await errorOf(change())).to.contain("Permission denied");
      }
      await client.put(Buffer.from("b"), "/rob");
    });

    it("know no posix-rename where they should not", async () => {
      await start({ posixRename: false });
      const client = await connect();
      await client.put(Buffer.from("a"), "/a");
      expect(await errorOf(client.posixRename("/a", "/b"))).to.contain("does not support this extended request");
    });

    it("slow every request down and lose nothing", async () => {
      await start({ faults: { slow: 5 } });
      const client = await connect();
      await client.put(Buffer.from("abc"), "/a");
      expect(String(await client.get("/a"))).to.equal("abc");
    });
  });

  withPrograms("sftp").it("serves the stock OpenSSH client", async () => {
    await start();
    await writeFile(join(folder, "up load"), "content");
    const result = await openssh(destination, { username, privateKey: keys.privateKey }, [
      "mkdir in",
      "cd in",
      `put "${join(folder, "up load")}" a.part`,
      "rename a.part a.csv",
      `put -p "${join(folder, "up load")}" b.csv`,
      "rename b.csv a.csv",
      "ls -l",
      `get a.csv "${join(folder, "back")}"`,
      "pwd",
    ]);
    expect(result.stderr).to.equal("");
    expect(result.exitCode).to.equal(0);
    expect(result.stdout).to.match(/-rw-r--r--.* 7 .* a\.csv/);
    expect(result.stdout).to.contain("Remote working directory: /in");
    expect(await readFile(join(folder, "back"), "utf8")).to.equal("content");
    expect(destination.names).to.deep.equal(["/in", "/in/a.part", "/in/a.csv", "/in/b.csv", "/in/a.csv"]);
  });

  it("tells a client that wants a shell what it is for", async () => {
    await start();
    const client = new Client();
    await new Promise<void>((resolve, reject) => {
      client.once("ready", resolve).once("error", reject);
      client.connect({ host: "127.0.0.1", port: destination.port, username, password });
    });
    const said = await new Promise<{ text: string; code: number }>((resolve, reject) => {
      client.exec("cat /etc/passwd", (error, channel) => {
        if (error) return reject(error);
        let text = "";
        channel.on("data", (data: Buffer) => {
          text += data.toString();
        });
        channel.on("close", (code: number) => resolve({ text, code }));
      });
    });
    client.end();
    expect(said).to.deep.equal({ text: "This service allows sftp connections only.\r\n", code: 1 });
  });

  it("stops with clients connected, and frees its port", async () => {
    await start();
    const client = await connect();
    const gone = new Promise((resolve) => client.on("close", resolve));
    await destination.stop();
    await gone;
    await start({ port: destination.port });
    await (await connect()).list("/");
  });
});
