import { expect } from "chai";
import s3EventOfEventBridge from "./fixtures/lambda-dotnet-cloudwatchevents-s3objectcreated.json";
import dotnetS3Event from "./fixtures/lambda-dotnet-s3-event.json";
import deletion from "./fixtures/lambda-events-s3-delete.json";
import goS3Event from "./fixtures/lambda-go-s3-event.json";
import lifecycleEvent from "./fixtures/lambda-go-s3-lifecycle-event.json";
import snsInSqs from "./fixtures/powertools-ts-sns-body.json";
import { routeMessage } from "./route-message";

/** As Transfer Family sends it; field names: its user guide, "Transfer Family events detail reference". */
function transferEvent(detailType: string, detail: Record<string, unknown>, overrides: Record<string, unknown> = {}) {
  return JSON.stringify({
    version: "0",
    id: "d232c159-59ed-7a4e-7b20-1297f16d0d90",
    "detail-type": detailType,
    source: "aws.transfer",
    account: "000000000000",
    time: "2026-06-03T17:11:07Z",
    region: "eu-central-1",
    resources: ["arn:aws:transfer:eu-central-1:000000000000:server/s-ccbbd58bb48140b09"],
    detail: { "server-id": "s-ccbbd58bb48140b09", username: "acme", protocol: "SFTP", ...detail },
    ...overrides,
  });
}

function objectsOf(body: unknown) {
  const message = routeMessage(typeof body === "string" ? body : JSON.stringify(body));
  if (message.kind !== "objects") throw new Error(`it is ${message.kind}`);
  return message;
}

const uploadsOf = (body: unknown) => objectsOf(body).uploads;
const removalsOf = (body: unknown) => objectsOf(body).removals;

function endOf(body: string) {
  const message = routeMessage(body);
  if (message.kind !== "upload-end") throw new Error(`it is ${message.kind}`);
  return message.end;
}

describe("routeMessage", () => {
  describe("with an S3 event", () => {
    it("reads a record wholly", () => {
      expect(uploadsOf(goS3Event)).to.deep.equal([
        {
          bucket: "sourcebucket",
          objectKey: "Happy Face.jpg",
          versionId: "version",
          size: 1024,
          etag: "d41d8cd98f00b204e9800998ecf8427e",
          sequencer: "Happy Sequencer",
          uploadedAt: new Date("1970-01-01T00:00:00.123Z"),
          isFromClient: false,
        },
      ]);
    });

    for (const [principalId, isFromClient] of [
      ["AWS:AROAX:acme.0292f1e12f20d1a2@s-ccbbd58bb48140b09", true],
      ["AROAX:ines.duarte@example.org.0292f1e12f20d1a2@s-ccbbd58bb48140b09", true],
      ["AWS:AROAX:quayside-prod-send", false],
      ["AWS:AROAX:ines.duarte@example.org", false],
      ["AWS:AROAX:acme@s-ccbbd58bb48140b09", false],
    ] as const) {
      it(`takes what ${principalId} wrote for ${isFromClient ? "a client's" : "another's"}`, () => {
        const event = structuredClone(goS3Event);
        for (const record of event.Records) record.userIdentity.principalId = principalId;
        expect(uploadsOf(event).map((upload) => upload.isFromClient)).to.deep.equal([isFromClient]);
      });
    }

    it("reads every record, a plus as a blank, and the version of an unversioned bucket as null", () => {
      const uploads = uploadsOf(dotnetS3Event);
      expect(uploads.map(({ objectKey }) => objectKey)).to.deep.equal(["HappyFace.jpg", "New File.jpg"]);
      expect(uploads.map(({ versionId }) => versionId)).to.deep.equal(["null", "null"]);
    });

    for (const [encoded, decoded] of [
      ["a%40b", "a@b"],
      ["a%2Bb", "a+b"],
      ["acme/claims/%C3%A4rzte+2026.json", "acme/claims/ärzte 2026.json"],
      ["100%25.csv", "100%.csv"],
    ]) {
      it(`decodes the key ${encoded}`, () => {
        const event = structuredClone(goS3Event);
        for (const record of event.Records) record.s3.object.key = encoded ?? "";
        expect(uploadsOf(event)[0]?.objectKey).to.equal(decoded);
      });
    }

    it("reads it in an SNS envelope", () => {
      const [record] = snsInSqs.Records;
      const envelope = { ...JSON.parse(record?.body ?? ""), Message: JSON.stringify(goS3Event) };
      expect(uploadsOf(envelope)[0]?.objectKey).to.equal("Happy Face.jpg");
    });

    it("takes no upload from an event that is not a creation", () => {
      expect(uploadsOf(lifecycleEvent)).to.deep.equal([]);
    });

    it("reads a deletion in a bucket without versions", () => {
      expect(objectsOf(deletion)).to.deep.equal({
        kind: "objects",
        uploads: [],
        removals: [
          {
            bucket: "example-bucket",
            objectKey: "test/key",
            what: "object",
            versionId: "null",
            sequencer: "0A1B2C3D4E5F678901",
            removedAt: new Date(0),
          },
        ],
      });
    });

    for (const [eventName, what] of [
      ["ObjectRemoved:DeleteMarkerCreated", "object"],
      ["ObjectRemoved:Delete", "version"],
      ["s3:LifecycleExpiration:DeleteMarkerCreated", "object"],
      ["LifecycleExpiration:Delete", "version"],
    ] as const) {
      it(`takes ${eventName} in a bucket with versions for the end of the ${what}`, () => {
        const event = structuredClone(goS3Event);
        for (const record of event.Records) record.eventName = eventName;
        expect(uploadsOf(event)).to.deep.equal([]);
        expect(removalsOf(event).map(({ what, objectKey, versionId }) => [what, objectKey, versionId])).to.deep.equal([
          [what, "Happy Face.jpg", "version"],
        ]);
      });
    }

    for (const eventName of ["ObjectTagging:Put", "ObjectRestore:Completed", "ObjectRemoved:Other", "ObjectAcl:Put"]) {
      it(`takes ${eventName} for nothing`, () => {
        const event = structuredClone(goS3Event);
        for (const record of event.Records) record.eventName = eventName;
        expect(objectsOf(event)).to.deep.equal({ kind: "objects", uploads: [], removals: [] });
      });
    }

    it("knows the test event", () => {
      const body = { Service: "Amazon S3", Event: "s3:TestEvent", Time: "2026-06-03T17:11:07.000Z", Bucket: "files" };
      expect(routeMessage(JSON.stringify(body))).to.deep.equal({ kind: "s3-test" });
    });

    it("refuses a record without a size, and names the field", () => {
      const { size: _, ...object } = goS3Event.Records[0]?.s3.object ?? {};
      const record = { ...goS3Event.Records[0], s3: { ...goS3Event.Records[0]?.s3, object } };
      expect(() => routeMessage(JSON.stringify({ Records: [record] }))).to.throw("s3.object.size");
    });

    it("refuses a key that is no encoding of anything", () => {
      const event = structuredClone(goS3Event);
      for (const record of event.Records) record.s3.object.key = "%E0%A4%A";
      expect(() => routeMessage(JSON.stringify(event))).to.throw(URIError);
    });
  });

  describe("with an event of Transfer Family", () => {
    it("reads a completed upload, at the time that the event states most exactly", () => {
      const detail = {
        "status-code": "COMPLETED",
        bytes: 3412677,
        etag: '"0b1f4fa3b23c325f77bba665c6c79e92"',
        "file-path": "/files/acme/claims/a file.json",
        "start-timestamp": "2026-06-03T17:11:05.5Z",
        "end-timestamp": "2026-06-03T17:11:07.832234304Z",
      };
      expect(endOf(transferEvent("SFTP Server File Upload Completed", detail))).to.deep.equal({
        eventId: "d232c159-59ed-7a4e-7b20-1297f16d0d90",
        bucket: "files",
        objectKey: "acme/claims/a file.json",
        outcome: "completed",
        etag: "0b1f4fa3b23c325f77bba665c6c79e92",
        bytes: 3412677,
        startedAt: new Date("2026-06-03T17:11:05.5Z"),
        at: new Date("2026-06-03T17:11:07.832Z"),
        detail: { "server-id": "s-ccbbd58bb48140b09", username: "acme", protocol: "SFTP", ...detail },
      });
    });

    it("reads a failed upload that says little", () => {
      const detail = { "failure-code": "PARTIAL_UPLOAD", "file-path": "/files/acme/claims/a.json" };
      const end = endOf(transferEvent("FTPS Server File Upload Failed", detail));
      expect(end).to.include({ outcome: "failed", etag: null, bytes: null, startedAt: null });
      // EventBridge cuts its times off at the second.
      expect(end.at).to.deep.equal(new Date("2026-06-03T17:11:07.999Z"));
    });

    it("reads a rename as the end of the upload to the new name", () => {
      const detail = {
        "original-file-path": "/files/acme/claims/a.json.filepart",
        "renamed-file-path": "/files/acme/claims/a.json",
      };
      const end = endOf(transferEvent("FTP Server File Rename Completed", detail));
      expect(end).to.include({ outcome: "renamed", objectKey: "acme/claims/a.json", etag: null });
    });

    it("refuses a path without a bucket and a key", () => {
      const event = transferEvent("SFTP Server File Upload Completed", { "file-path": "/files" });
      expect(() => routeMessage(event)).to.throw("names no /bucket/key, but /files");
    });

    for (const detailType of ["SFTP Server File Download Completed", "SFTP Server File Rename Failed", "AS2 Payload"]) {
      it(`refuses "${detailType}"`, () => {
        expect(() => routeMessage(transferEvent(detailType, { "file-path": "/files/a" }))).to.throw(detailType);
      });
    }
  });

  describe("with an event of GuardDuty", () => {
    const scanEvent = (details: object = {}, overrides: object = {}) => ({
      version: "0",
      id: "72c7d362-737a-6dce-fc78-9e27a0171419",
      "detail-type": "GuardDuty Malware Protection Object Scan Result",
      source: "aws.guardduty",
      account: "000000000000",
      time: "2026-06-03T17:11:09Z",
      region: "eu-central-1",
      resources: ["arn:aws:guardduty:eu-central-1:000000000000:malware-protection-plan/b4c7f464ab3a4EXAMPLE"],
      detail: {
        schemaVersion: "1.0",
        scanStatus: "COMPLETED",
        resourceType: "S3_OBJECT",
        s3ObjectDetails: {
          bucketName: "files",
          objectKey: "acme/claims/a+b %41.json",
          eTag: "0b1f4fa3b23c325f77bba665c6c79e92",
          versionId: "v1",
          s3Throttled: false,
          ...details,
        },
        scanResultDetails: { scanResultStatus: "NO_THREATS_FOUND", threats: null },
        ...overrides,
      },
    });
    const resultOf = (event: object) => {
      const message = routeMessage(JSON.stringify(event));
      if (message.kind !== "scan-result") throw new Error(`it is ${message.kind}`);
      return message.result;
    };

    it("reads a verdict, and the key as it is", () => {
      expect(resultOf(scanEvent())).to.deep.equal({
        eventId: "72c7d362-737a-6dce-fc78-9e27a0171419",
        bucket: "files",
        objectKey: "acme/claims/a+b %41.json",
        versionId: "v1",
        status: "NO_THREATS_FOUND",
        threats: [],
        at: new Date("2026-06-03T17:11:09Z"),
      });
    });

    it("reads what was found", () => {
      const threats = [{ name: "EICAR-Test-File" }, { name: "Other" }];
      const event = scanEvent({}, { scanResultDetails: { scanResultStatus: "THREATS_FOUND", threats } });
      expect(resultOf(event)).to.deep.include({ status: "THREATS_FOUND", threats: ["EICAR-Test-File", "Other"] });
    });

    it("reads the version of a bucket without any", () => {
      expect(resultOf(scanEvent({ versionId: null })).versionId).to.equal("null");
      expect(resultOf(scanEvent({ versionId: undefined })).versionId).to.equal("null");
    });

    for (const [what, event] of [
      ["a verdict that it does not know", scanEvent({}, { scanResultDetails: { scanResultStatus: "FINE" } })],
      ["another event of the same service", { ...scanEvent(), "detail-type": "GuardDuty Finding" }],
      ["no key", scanEvent({ objectKey: "" })],
    ] as const) {
      it(`refuses ${what}`, () => expect(() => resultOf(event)).to.throw("not an event that we know"));
    }
  });

  for (const [what, body] of [
    ["text", "hello world"],
    ["an empty body", ""],
    ["null", "null"],
    ["an object of another kind", '{"a":"Test","b":123}'],
    ["an S3 event in EventBridge's form", JSON.stringify(s3EventOfEventBridge)],
    ["an SNS message that is no S3 event", snsInSqs.Records[0]?.body ?? ""],
    ["no records", '{"Records":[]}'],
    ["records of another service", '{"Records":[{"eventSource":"aws:ses","eventName":"ObjectCreated:Put"}]}'],
  ] as const) {
    it(`refuses ${what} in one line`, () => {
      expect(() => routeMessage(body))
        .to.throw(Error)
        .with.property("message")
        .that.matches(/^.+$/);
    });
  }
});
