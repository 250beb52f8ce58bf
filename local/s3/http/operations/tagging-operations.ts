import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "../../objects/object-tagging";
import { tagsFrom } from "../../objects/tags";
import { malformedXml } from "../../s3-error";
import { addressOf, type Operation } from "../operation";
import { requestDocument } from "../request-body";
import type { S3Request } from "../s3-request";
import { sendEmpty, sendXml } from "../s3-response";
import type { XmlElement } from "../xml-document";
import { checkChildren, childrenOf, textOf } from "../xml-reader";

const shared = { on: "object", marks: ["tagging"], query: ["versionId"] } as const;

export const taggingOperations: readonly Operation[] = [
  {
    name: "GetObjectTagging",
    method: "GET",
    ...shared,
    async answer(core, request) {
      const { version, versionId } = await getObjectTagging(core, request.caller, addressOf(request));
      const tags = Object.entries(version.properties.tags).map(
        ([key, value]): XmlElement => [
          "Tag",
          [
            ["Key", key],
            ["Value", value],
          ],
        ],
      );
      sendXml(request, ["Tagging", [["TagSet", tags]]], { "x-amz-version-id": versionId });
    },
  },
  {
    name: "PutObjectTagging",
    method: "PUT",
    ...shared,
    async answer(core, request) {
      const tags = await tagSetOf(request);
      const { versionId } = await putObjectTagging(core, request.caller, { ...addressOf(request), tags });
      sendEmpty(request, 200, { "x-amz-version-id": versionId });
    },
  },
  {
    name: "DeleteObjectTagging",
    method: "DELETE",
    ...shared,
    async answer(core, request) {
      const { versionId } = await deleteObjectTagging(core, request.caller, addressOf(request));
      sendEmpty(request, 204, { "x-amz-version-id": versionId });
    },
  },
];

async function tagSetOf(request: S3Request): Promise<Record<string, string>> {
  const document = await requestDocument(request, "Tagging");
  checkChildren(document, ["TagSet"], malformedXml);
  const [tagSet, ...others] = childrenOf(document, "TagSet");
  if (tagSet === undefined || others.length > 0) throw malformedXml("<Tagging> has one <TagSet>");
  checkChildren(tagSet, ["Tag"], malformedXml);
  return tagsFrom(
    tagSet.children.map((tag) => {
      checkChildren(tag, ["Key", "Value"], malformedXml);
      return [textOf(tag, "Key") ?? "", textOf(tag, "Value") ?? ""] as const;
    }),
  );
}
