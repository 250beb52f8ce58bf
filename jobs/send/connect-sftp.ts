import { Socket } from "node:net";
import type { KeyboardInteractiveCallback, Prompt } from "ssh2";
import SftpClient from "ssh2-sftp-client";
import { connectFailure, type DeliveryFailure } from "../../domain/delivery-failure";
import type { PushDestination } from "../../domain/ledger/deliveries/push-destination";
import { pinnedHostKeys } from "./host-key";
import type { PushCredentials } from "./push-credentials";
import { type SftpSession, sftpSession } from "./sftp-session";

const connectMilliseconds = 30_000;
/** For firewalls that forget a silent connection. */
const keepaliveMilliseconds = 15_000;
/**
 * Ten minutes. A ping waits behind the window of 2 MiB or so that was written before it; over a slow line four in a row
 * did. Whether a peer is gone, the requests find out sooner.
 */
const mostKeepalives = 40;
const goodbyeMilliseconds = 2_000;

/**
 * Connects and logs in to a destination whose host key is one of the pinned ones. Before that is certain, neither
 * credentials nor anything else is sent.
 *
 * @throws {DeliveryFailure} It reaches the whole destination.
 */
export async function connectSftp(destination: PushDestination, credentials: PushCredentials): Promise<SftpSession> {
  const address = `${destination.host}:${destination.port}`;
  const pinned = pinnedHostKeys(destination.hostKeys);
  let changed: DeliveryFailure | undefined;
  let firstError: unknown;
  // Our own socket, so that a peer which does not answer can be hung up on.
  const socket = new Socket().setNoDelay(true);
  const client = new SftpClient("send", { error: () => {}, end: () => {}, close: () => {} });
  // The library's own error has lost the level, which tells a refused login from a broken line.
  client.on("error", (error) => {
    firstError ??= error;
  });
  if ("password" in credentials) answerPrompts(client, credentials.password);
  try {
    const ready = client.connect({
      sock: socket.connect(destination.port, destination.host),
      username: destination.username,
      ...credentials,
      tryKeyboard: "password" in credentials,
      algorithms: { serverHostKey: pinned.algorithms },
      hostVerifier: (key: Buffer) => {
        if (pinned.has(key)) return true;
        changed ??= pinned.changed(key, address);
        return false;
      },
      readyTimeout: connectMilliseconds,
      keepaliveInterval: keepaliveMilliseconds,
      keepaliveCountMax: mostKeepalives,
    });
    return sftpSession(await withinTime(ready, socket), () => hangUp(client, socket));
  } catch (error) {
    socket.destroy();
    throw changed ?? connectFailure(firstError ?? error, address);
  }
}

/** Says goodbye, which a server notes as a proper end, and does not wait long for an answer. */
function hangUp(client: SftpClient, socket: Socket): void {
  client.end().catch(() => {});
  socket.destroySoon();
  setTimeout(() => socket.destroy(), goodbyeMilliseconds).unref();
}

/** Many servers ask for the password in a dialogue (keyboard-interactive) only; one with more questions gets no answer. */
function answerPrompts(client: SftpClient, password: string): void {
  client.on(
    "keyboard-interactive",
    (_name: string, _text: string, _language: string, prompts: Prompt[], answer: KeyboardInteractiveCallback) => {
      answer(prompts.length === 1 ? [password] : []);
    },
  );
}

/** The library's own limit begins with the TCP connection and ends before the SFTP channel is open; this one is for all. */
async function withinTime<Result>(work: Promise<Result>, socket: Socket): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no connection within ${(2 * connectMilliseconds) / 1000} s`));
      socket.destroy();
    }, 2 * connectMilliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
