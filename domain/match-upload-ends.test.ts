import { expect } from "chai";
import { assert, constant, option, property, shuffledSubarray } from "fast-check";
import { matchUploadEnds, type UnmatchedEnd, type UnsettledUpload } from "./match-upload-ends";

const at = (second: number, millisecond = 0) => new Date(Date.UTC(2026, 0, 1, 12, 0, second, millisecond));

/** Uploads number 1, 2, … at seconds 10, 20, …, of 100, 200, … bytes. */
function upload(id: number, overrides: Partial<UnsettledUpload> = {}): UnsettledUpload {
  return { id, etag: `etag${id}`, size: id * 100, sequencer: `00A${id}`, uploadedAt: at(id * 10), ...overrides };
}

/** The end of upload `id`, a second after it; of its beginning it says nothing. */
function end(id: number, outcome: UnmatchedEnd["outcome"], overrides: Partial<UnmatchedEnd> = {}): UnmatchedEnd {
  const says = outcome === "renamed" ? { etag: null, bytes: null } : { etag: `etag${id}`, bytes: id * 100 };
  return { id: id + 1000, outcome, startedAt: null, at: at(id * 10 + 1), ...says, ...overrides };
}

/** [upload, end] numbers, sorted. */
function pairs(uploads: UnsettledUpload[], ends: UnmatchedEnd[]): [number, number][] {
  return matchUploadEnds(uploads, ends)
    .map(({ upload, end }): [number, number] => [upload.id, end.id])
    .sort(([a], [b]) => a - b);
}

describe("matchUploadEnds", () => {
  it("matches by etag, whatever the order", () => {
    const ends = [end(3, "completed"), end(1, "completed"), end(2, "failed")];
    expect(pairs([upload(2), upload(3), upload(1)], ends)).to.deep.equal([
      [1, 1001],
      [2, 1002],
      [3, 1003],
    ]);
  });

  it("lets an etag wait that no upload has", () => {
    expect(pairs([upload(1)], [end(1, "completed", { etag: "another" })])).to.deep.equal([]);
    expect(pairs([upload(1)], [end(1, "failed", { etag: "another" })])).to.deep.equal([]);
  });

  it("matches the same content uploaded twice one by one, the older first", () => {
    const twice = [upload(1, { etag: "same" }), upload(2, { etag: "same" })];
    expect(pairs(twice, [end(1, "completed", { etag: "same" })])).to.deep.equal([[1, 1001]]);
    const both = [end(2, "completed", { etag: "same" }), end(1, "completed", { etag: "same" })];
    expect(pairs(twice, both)).to.deep.equal([
      [1, 1001],
      [2, 1002],
    ]);
  });

  it("matches a completed upload without an etag by its bytes only", () => {
    expect(pairs([upload(1), upload(2)], [end(2, "completed", { etag: null })])).to.deep.equal([[2, 1002]]);
    expect(pairs([upload(1)], [end(1, "completed", { etag: null, bytes: 99 })])).to.deep.equal([]);
  });

  it("takes a broken first try and its repetition apart", () => {
    const ends = [end(2, "completed", { etag: null }), end(1, "failed", { etag: null })];
    expect(pairs([upload(1), upload(2)], ends)).to.deep.equal([
      [1, 1001],
      [2, 1002],
    ]);
  });

  it("does not blame the repetition for the first try, whose own event is late", () => {
    expect(pairs([upload(2)], [end(1, "failed", { etag: null })])).to.deep.equal([]);
    expect(pairs([upload(2, { size: 100 })], [end(1, "failed", { etag: null })])).to.deep.equal([]);
  });

  it("falls back to the newest upload before a failure that knows neither etag nor bytes", () => {
    const failure = end(2, "failed", { etag: null, bytes: null });
    expect(pairs([upload(3), upload(2), upload(1)], [failure])).to.deep.equal([[2, 1002]]);
  });

  it("matches a rename with the newest upload before it", () => {
    expect(pairs([upload(3), upload(2), upload(1)], [end(2, "renamed")])).to.deep.equal([[2, 1002]]);
    expect(pairs([upload(2)], [end(1, "renamed")])).to.deep.equal([]);
  });

  it("takes nothing that was stored after the end, and nothing that was there before the beginning", () => {
    const stored = upload(1, { uploadedAt: at(10, 600) });
    const renamed = (overrides: Partial<UnmatchedEnd>) => pairs([stored], [end(1, "renamed", overrides)]);
    expect(renamed({ at: at(10, 500) })).to.deep.equal([[1, 1001]]);
    expect(renamed({ at: at(10) })).to.deep.equal([]);
    expect(renamed({ startedAt: at(10, 700) })).to.deep.equal([[1, 1001]]);
    expect(renamed({ startedAt: at(11) })).to.deep.equal([]);
  });

  it("does not take an upload that was there before another of that name began, for that one's part", () => {
    for (const bytes of [100, 50]) {
      const failure = end(2, "failed", { etag: null, bytes, startedAt: at(15) });
      expect(pairs([upload(1)], [failure])).to.deep.equal([]);
      expect(pairs([upload(1), upload(2)], [failure])).to.deep.equal([[2, 1002]]);
    }
  });

  it("takes what S3 has of a broken upload a moment later for its part, if it is all that had come", () => {
    const failure = end(1, "failed", { etag: null, at: at(10) });
    expect(pairs([upload(1, { uploadedAt: at(10, 900) })], [failure])).to.deep.equal([[1, 1001]]);
    expect(pairs([upload(1, { uploadedAt: at(10, 900), size: 5000 })], [failure])).to.deep.equal([]);
  });

  it("lets a failure guess only among what no other end names by its bytes", () => {
    const ends = [end(1, "failed", { etag: null, bytes: 7 }), end(1, "completed", { id: 2000, etag: null })];
    expect(pairs([upload(1)], ends)).to.deep.equal([[1, 2000]]);
  });

  it("orders uploads by sequencer, whose missing digits are zeros at the right", () => {
    const older = upload(1, { sequencer: "0055AED6DCD9", uploadedAt: at(1) });
    const newer = upload(2, { sequencer: "0055AED6DCD90281E5", uploadedAt: at(1) });
    expect(pairs([newer, older], [end(1, "renamed")])).to.deep.equal([[2, 1001]]);
  });

  it("gives each upload one end and each end one upload, and a named upload to the end that names it", () => {
    const uploads = [1, 2, 3, 4].map((id) => upload(id, { size: 100 }));
    const vague = [end(4, "renamed"), end(4, "failed", { id: 2000, etag: null, bytes: null })];
    const named = [1, 2, 3, 4].map((id) => end(id, "completed"));
    assert(
      property(
        shuffledSubarray(uploads),
        shuffledSubarray([...named, ...vague]),
        option(constant(end(4, "completed", { id: 3000, etag: null, bytes: 100 }))),
        (someUploads, someEnds, more) => {
          const ends = more === null ? someEnds : [...someEnds, more];
          const matches = matchUploadEnds(someUploads, ends);
          expect(new Set(matches.map(({ upload }) => upload)).size).to.equal(matches.length);
          expect(new Set(matches.map(({ end }) => end)).size).to.equal(matches.length);
          for (const { upload, end } of matches) if (end.etag !== null) expect(upload.etag).to.equal(end.etag);
          const matched = new Set(matches.map(({ end }) => end));
          for (const end of ends.filter(({ etag }) => someUploads.some((upload) => upload.etag === etag))) {
            expect(matched.has(end)).to.equal(true);
          }
        },
      ),
    );
  });
});
