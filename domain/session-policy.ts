import type { FolderAccess, FolderEntitlement } from "./entitlements";
import { temporaryNameForm, temporaryNames as usualTemporaryNames } from "./temporary-names";

/** Longest session policy that STS and Transfer Family accept, in characters. */
export const longestSessionPolicy = 2048;

/**
 * The session policy (scope-down) of a partner's session, as compact JSON text.
 *
 * - `upload`: put objects, and list. What was uploaded cannot be read back, so a stolen login does not leak a
 *   partner's past files. Only temporary names may be read and deleted, which is what a client's closing rename needs.
 * - `download`: get and list.
 * - `both`: put, get, delete and list.
 *
 * Lists and temporary names are granted on the partner's whole prefix rather than folder by folder: it holds nothing
 * of anybody else, and the policy may not be longer than {@link longestSessionPolicy}. KMS rights are part of it,
 * because a session policy narrows those of the role too; S3 asks for `Decrypt` when an upload has several parts.
 *
 * A rename copies, and a copy takes the tags along (a malware scan's verdict), for which S3 asks at either end. Nothing in
 * SFTP sets a tag.
 *
 * Throws where a temporary name is no {@link temporaryNameForm}: it would open more than temporary names.
 */
export function sessionPolicy({
  bucket,
  keyArn,
  folders,
  temporaryNames = usualTemporaryNames,
}: {
  bucket: string;
  keyArn: string;
  folders: readonly FolderEntitlement[];
  /** Endings of file names, such as `*.part`. */
  temporaryNames?: readonly string[];
}): string {
  const tooWide = temporaryNames.find((name) => !temporaryNameForm.test(name));
  if (tooWide !== undefined) throw new Error(`"${tooWide}" in a session policy would open more than temporary names`);
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const partnerPrefixes = [...new Set(folders.map(({ objectPrefix }) => objectPrefix.split("/", 1)[0]))];
  const objects = (access: FolderAccess) =>
    folders.filter((folder) => folder.access === access).map((folder) => `${bucketArn}/${folder.objectPrefix}*`);
  const uploads = objects("upload");
  const temporary =
    uploads.length === 0
      ? []
      : partnerPrefixes.flatMap((prefix) => temporaryNames.map((name) => `${bucketArn}/${prefix}/${name}`));
  const statements = [
    {
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: [bucketArn],
      Condition: { StringLike: { "s3:prefix": partnerPrefixes.map((prefix) => `${prefix}/*`) } },
    },
    { Effect: "Allow", Action: ["s3:PutObject", "s3:AbortMultipartUpload", "s3:PutObjectTagging"], Resource: uploads },
    { Effect: "Allow", Action: "s3:GetObject", Resource: objects("download") },
    {
      Effect: "Allow",
      Action: [
        ...["s3:PutObject", "s3:AbortMultipartUpload", "s3:GetObject", "s3:DeleteObject"],
        ...["s3:GetObjectTagging", "s3:PutObjectTagging"],
      ],
      Resource: objects("both"),
    },
    { Effect: "Allow", Action: ["s3:GetObject", "s3:DeleteObject", "s3:GetObjectTagging"], Resource: temporary },
    { Effect: "Allow", Action: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], Resource: [keyArn] },
  ];
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.filter(({ Resource }) => Resource.length > 0),
  });
}
