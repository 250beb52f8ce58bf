import { authorize, authorizeListing } from "../../authorization";
import { bucketOf } from "../../core";
import { addressOf, type Operation } from "../operation";
import { canonicalId } from "../owner";
import { sendEmpty, sendXml } from "../s3-response";
import type { XmlElement } from "../xml-document";

export const bucketOperations: readonly Operation[] = [
  {
    name: "ListBuckets",
    method: "GET",
    on: "service",
    async answer(core, request) {
      await authorizeListing(core, request.caller);
      const buckets = [...core.store.catalogue.buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      const elements = buckets.map(
        ({ name, createdAt }): XmlElement => [
          "Bucket",
          [
            ["Name", name],
            ["CreationDate", new Date(createdAt).toISOString()],
          ],
        ],
      );
      const owner: XmlElement = ["Owner", [["ID", canonicalId(core.accountId)]]];
      sendXml(request, ["ListAllMyBucketsResult", [["Buckets", elements], owner]]);
    },
  },
  {
    name: "HeadBucket",
    method: "HEAD",
    on: "bucket",
    async answer(core, request) {
      const { name } = bucketOf(core, addressOf(request).bucket);
      await authorize(core, request.caller, { action: "s3:ListBucket", bucket: name });
      sendEmpty(request, 200, { "x-amz-bucket-region": core.region, "x-amz-access-point-alias": "false" });
    },
  },
  {
    name: "GetBucketLocation",
    method: "GET",
    on: "bucket",
    marks: ["location"],
    async answer(core, request) {
      const { name } = bucketOf(core, addressOf(request).bucket);
      await authorize(core, request.caller, { action: "s3:GetBucketLocation", bucket: name });
      // S3 names us-east-1 by an empty element.
      sendXml(request, ["LocationConstraint", core.region === "us-east-1" ? "" : core.region]);
    },
  },
];
