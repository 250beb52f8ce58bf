import SftpClient from "ssh2-sftp-client";
import type { StandIns } from "../../local/service/stand-ins";

/** Logs in to a server with the password that waits for hand-over, does something, and leaves. */
export async function withSftp<Result>(
  { transfer }: StandIns,
  { serverId, username, password }: { serverId: string; username: string; password: string },
  work: (client: SftpClient) => Promise<Result>,
): Promise<Result> {
  const port = transfer.find(serverId).sftp?.port;
  if (port === undefined) throw new Error(`the server ${serverId} takes no SFTP`);
  const client = new SftpClient();
  try {
    await client.connect({ host: "127.0.0.1", port, username, password, readyTimeout: 20_000 });
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The password that reconcile issued; undefined where none waits. */
export function issuedPassword({ secrets }: StandIns, username: string): string | undefined {
  const secret = secrets.find(`quayside/dev/login/${username}`);
  if (!secret || secret.deletion) return undefined;
  return (JSON.parse(secrets.value(secret.arn).string ?? "{}") as { password?: string }).password;
}
