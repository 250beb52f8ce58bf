import type { AwsAccount } from "../aws-endpoint/account";
import { buildLocalImage, type LocalImage } from "./local-image";

/** The images of the account's repositories, by the URI with which a job definition names them. */
export class EcrService {
  readonly #images = new Map<string, LocalImage>();

  /** @param temporaryFolder where the images' files are; the system's own folder unless told */
  constructor(
    readonly account: AwsAccount,
    private readonly temporaryFolder?: string,
  ) {}

  /** An image that is in no repository; whoever builds it removes it. */
  build(context: string, dockerfile: string): Promise<LocalImage> {
    return buildLocalImage(context, dockerfile, this.temporaryFolder);
  }

  /** Returns the image's URI: `<repository>@sha256:<digest>`. */
  async push(repositoryUrl: string, context: string, dockerfile: string): Promise<string> {
    const image = await this.build(context, dockerfile);
    const uri = `${repositoryUrl}@${image.digest}`;
    if (this.#images.has(uri)) await image.remove();
    else this.#images.set(uri, image);
    return uri;
  }

  /** @throws an error naming the image where nothing pushed it */
  find(uri: string): LocalImage {
    const image = this.#images.get(uri);
    if (!image) throw new Error(`image ${uri} is in no local repository`);
    return image;
  }

  /** Removes the images' files. */
  async stop(): Promise<void> {
    await Promise.all([...this.#images.values()].map((image) => image.remove()));
    this.#images.clear();
  }
}
