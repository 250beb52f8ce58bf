import { type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { createFolderMarker } from "./folder-markers";

describe("createFolderMarker", () => {
  const create = (failure?: string) => {
    const inputs: unknown[] = [];
    const send = async ({ input }: { input: unknown }) => {
      inputs.push(input);
      if (failure) throw new S3ServiceException({ name: failure, $fault: "client", $metadata: {} });
      return {};
    };
    return { inputs, done: createFolderMarker({ send } as unknown as Pick<S3Client, "send">, "files")("acme/claims/") };
  };

  it("writes an empty object, unless there is one", async () => {
    const { inputs, done } = create();
    expect(await done).to.equal(true);
    expect(inputs).to.deep.equal([{ Bucket: "files", Key: "acme/claims/", ContentLength: 0, IfNoneMatch: "*" }]);
  });

  it("leaves one alone that is there, or is just being written", async () => {
    for (const failure of ["PreconditionFailed", "ConditionalRequestConflict"]) {
      expect(await create(failure).done).to.equal(false);
    }
  });

  it("rejects where it may not write", async () => {
    const failure = await create("AccessDenied").done.catch((caught: Error) => caught.name);
    expect(failure).to.equal("AccessDenied");
  });
});
