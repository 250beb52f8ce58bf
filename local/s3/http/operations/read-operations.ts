import { pipeline } from "node:stream/promises";
import { getObject } from "../../objects/get-object";
import { headObject } from "../../objects/head-object";
import { readConditionsOf } from "../conditions-of";
import { objectHeaders } from "../object-headers";
import { addressOf, type Operation } from "../operation";
import { rangeOf } from "../range-of";
import type { S3Request } from "../s3-request";
import { type ResponseHeaders, writeHead } from "../s3-response";

/** Query parameters by which a reader overrides headers of the answer. */
const overrides = [
  "response-cache-control",
  "response-content-disposition",
  "response-content-encoding",
  "response-content-language",
  "response-content-type",
  "response-expires",
];

const overriddenHeaders = ({ query }: S3Request): ResponseHeaders =>
  Object.fromEntries(
    overrides
      .map((name) => [name.slice("response-".length), query.get(name) ?? undefined])
      .filter(([, value]) => value !== undefined),
  );

const wantsChecksum = ({ header }: S3Request) => header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED";

const wanted = (request: S3Request) => ({
  ...addressOf(request),
  range: rangeOf(request.header("range")),
  conditions: readConditionsOf(request),
});

export const readOperations: readonly Operation[] = [
  {
    name: "GetObject",
    method: "GET",
    on: "object",
    query: ["versionId", ...overrides],
    async answer(core, request) {
      const input = wanted(request);
      const { body, extent, ...found } = await getObject(core, request.caller, input);
      const ranged = input.range !== undefined;
      const headers = objectHeaders(found, extent, { ranged, checksum: wantsChecksum(request) });
      try {
        await pipeline(body, writeHead(request, ranged ? 206 : 200, { ...headers, ...overriddenHeaders(request) }));
      } finally {
        await body.return(undefined);
      }
    },
  },
  {
    name: "HeadObject",
    method: "HEAD",
    on: "object",
    query: ["versionId", ...overrides],
    async answer(core, request) {
      const input = wanted(request);
      const checksum = wantsChecksum(request);
      const { extent, ...found } = await headObject(core, request.caller, { ...input, checksum });
      const ranged = input.range !== undefined;
      const headers = objectHeaders(found, extent, { ranged, checksum });
      writeHead(request, ranged ? 206 : 200, { ...headers, ...overriddenHeaders(request) }).end();
    },
  },
];
