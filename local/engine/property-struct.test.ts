import { expect } from "chai";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { fromStruct, hasUnknown, toStruct, unknownValue } from "./property-struct";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });

describe("Properties on the wire", () => {
  it("come as they went, without what is absent", () => {
    const properties = { text: "t", number: 0.5, flag: false, list: [{ a: 1 }, []], nested: { b: {} } };
    expect(fromStruct(toStruct({ ...properties, absent: undefined }))).to.deep.equal(properties);
    expect(fromStruct(Struct.fromJavaScript({ kept: "k", gone: null, in: { gone: null } }))).to.deep.equal({
      kept: "k",
      in: {},
    });
    expect(fromStruct(undefined)).to.deep.equal({});
  });

  it("come without the wrappings of secrets, and archives as they are", () => {
    const archive = { [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", hash: "h", path: "dist" };
    const wire = Struct.fromJavaScript({ password: secret({ inner: secret("p") }), code: archive });
    expect(fromStruct(wire)).to.deep.equal({ password: { inner: "p" }, code: archive });
  });

  it("are known or not, however deep", () => {
    expect(hasUnknown({ a: [{ b: unknownValue }] })).to.equal(true);
    expect(hasUnknown({ a: [{ b: null }], c: "known" })).to.equal(false);
  });
});
