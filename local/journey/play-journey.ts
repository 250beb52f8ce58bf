import type SftpClient from "ssh2-sftp-client";
import { quietClient } from "../sftp/quiet-client";
import type { JourneyUpload } from "./plan-journey";

/** How a publisher logs in over SFTP. */
export interface PublisherLogin {
  host: string;
  port: number;
  username: string;
  password?: string;
  privateKey?: string;
}

/**
 * Uploads the samples as their publishers would: each over a connection of its own, all publishers at once.
 * @throws where a publisher cannot log in or an upload is refused, with the file's name.
 */
export async function playJourney(
  uploads: readonly JourneyUpload[],
  loginOf: (publisher: string) => PublisherLogin | undefined,
  { onUploaded, signal }: { onUploaded?: (upload: JourneyUpload) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const byPublisher = Map.groupBy(uploads, ({ publisher }) => publisher);
  await Promise.all(
    [...byPublisher].map(async ([publisher, own]) => {
      const login = loginOf(publisher);
      if (!login) throw new Error(`${publisher} has samples to upload but no login on this endpoint`);
      let client: SftpClient | undefined;
      const end = () => void client?.end().catch(() => {});
      signal?.addEventListener("abort", end, { once: true });
      try {
        client = await quietClient({ ...login, readyTimeout: 20_000 });
        for (const upload of own) {
          signal?.throwIfAborted();
          await client.put(Buffer.from(upload.content), `${upload.virtualPath}/${upload.fileName}`);
          onUploaded?.(upload);
        }
      } catch (error) {
        signal?.throwIfAborted();
        throw new Error(`${publisher} could not upload its samples: ${error instanceof Error ? error.message : error}`);
      } finally {
        signal?.removeEventListener("abort", end);
        await client?.end().catch(() => {});
      }
    }),
  );
}
