import { AwsError } from "../aws-endpoint/aws-error";

/** What S3 says beside code and message: further elements of the error document, and headers of the response. */
export interface S3ErrorDetails {
  fields?: Record<string, string>;
  headers?: Record<string, string>;
}

/** An answer of S3 that is not success. `code` and `status` are those of the S3 API's list of error responses. */
export class S3Error extends AwsError {
  readonly fields: Record<string, string>;
  readonly headers: Record<string, string>;

  constructor(code: string, status: number, message: string, details: S3ErrorDetails = {}) {
    super(code, message, status);
    this.fields = details.fields ?? {};
    this.headers = details.headers ?? {};
  }
}

export const badDigest = (what: string) =>
  new S3Error("BadDigest", 400, `The ${what} you specified did not match the calculated checksum.`);

export const invalidArgument = (message: string, name: string, value: string) =>
  new S3Error("InvalidArgument", 400, message, { fields: { ArgumentName: name, ArgumentValue: value } });

export const invalidRequest = (message: string) => new S3Error("InvalidRequest", 400, message);

export const malformedXml = (why: string) =>
  new S3Error("MalformedXML", 400, `The XML you provided was not well-formed or did not validate: ${why}.`);

export const noSuchBucket = (bucket: string) =>
  new S3Error("NoSuchBucket", 404, "The specified bucket does not exist", { fields: { BucketName: bucket } });

export const noSuchKey = (key: string, headers: Record<string, string> = {}) =>
  new S3Error("NoSuchKey", 404, "The specified key does not exist.", { fields: { Key: key }, headers });

export const noSuchVersion = (key: string, versionId: string) =>
  new S3Error("NoSuchVersion", 404, "The specified version does not exist.", {
    fields: { Key: key, VersionId: versionId },
  });

export const noSuchUpload = (uploadId: string) =>
  new S3Error(
    "NoSuchUpload",
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { fields: { UploadId: uploadId } },
  );

/** The refusal of everything this stand-in does not do; `what` names it. */
export const notImplemented = (what: string) =>
  new S3Error("NotImplemented", 501, `The local S3 does not implement ${what}.`);

export const preconditionFailed = (condition: string) =>
  new S3Error("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold", {
    fields: { Condition: condition },
  });
