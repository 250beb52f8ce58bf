import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect } from "chai";
import { DeliveryFailure } from "../../domain/delivery-failure";
import type { TableFormat, TransformStep } from "../../domain/entitlements";
import { runTransform } from "./run-transform";

const fixture = (name: string) => join(__dirname, "fixtures", name);
const step = (from: TableFormat, to: TableFormat, sql: string | null = null): TransformStep => ({
  ...{ kind: "convert", from, to, sql },
});

describe("runTransform", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "quayside-run-transform-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function run(inputPath: string, steps: TransformStep[], memoryBytes = 512 * 1024 ** 2): Promise<Buffer> {
    const workFolder = await mkdtemp(join(folder, "work-"));
    const outputPath = join(workFolder, "output");
    await runTransform({ inputPath, outputPath, steps, workFolder, memoryBytes });
    expect(await readdir(workFolder)).to.deep.equal(["output"]);
    return readFile(outputPath);
  }
  async function runText(content: string | Uint8Array, ...steps: TransformStep[]): Promise<string> {
    const inputPath = join(folder, "input");
    await writeFile(inputPath, content);
    return (await run(inputPath, steps)).toString();
  }
  async function failureOf(content: string | Uint8Array, ...steps: TransformStep[]): Promise<DeliveryFailure> {
    const outcome = await runText(content, ...steps).catch((error: unknown) => error);
    if (outcome instanceof DeliveryFailure) return outcome;
    throw new Error(`expected a failure, got ${outcome}`);
  }

  describe("with real files", () => {
    it("makes a row of each line of a FHIR claim", async () => {
      const sql = `
        WITH line AS (SELECT identifier[1].value AS claim, patient.reference AS patient, unnest(item) AS item FROM input)
        SELECT claim, patient, item.sequence AS line, item.revenue.coding[1].code AS revenue_code,
               item.quantity.value AS quantity
        FROM line ORDER BY line -- the publisher's own order`;
      const csv = (await run(fixture("eob-home-health.json"), [step("json", "csv", sql)])).toString();
      const claim = JSON.parse(await readFile(fixture("eob-home-health.json"), "utf8"));
      const [header, ...lines] = csv.trimEnd().split("\n");
      expect(header).to.equal("claim,patient,line,revenue_code,quantity");
      expect(lines.length).to.equal(claim.item.length).and.to.be.greaterThan(1);
      for (const [index, item] of claim.item.entries()) {
        const [number, patient, line, revenueCode] = lines[index]?.split(",") ?? [];
        expect(number).to.equal(claim.identifier[0].value);
        expect(patient).to.equal(claim.patient.reference);
        expect(line).to.equal(String(item.sequence));
        expect(revenueCode).to.equal(item.revenue?.coding[0].code ?? "");
      }
    });

    it("finds each kind of resource in a FHIR Bundle, however rare its fields", async () => {
      const bundle = JSON.parse(await readFile(fixture("synthea-bundle.json"), "utf8"));
      const sql = `
        WITH resource AS (SELECT unnest(entry).resource AS r FROM input)
        SELECT r.resourceType AS type, r.id, r.total.value AS total, r.birthDate AS birth_date FROM resource`;
      const rows = JSON.parse((await run(fixture("synthea-bundle.json"), [step("json", "json", sql)])).toString());
      expect(rows).to.deep.equal(
        bundle.entry.map(({ resource }: { resource: Record<string, unknown> & { total?: { value?: number } } }) => ({
          type: resource.resourceType,
          id: resource.id,
          total: resource.total?.value ?? null,
          birth_date: resource.birthDate ?? null,
        })),
      );
      expect(rows.some(({ total }: { total: unknown }) => total !== null)).to.equal(true);
    });

    for (const [name, format, reason] of [
      ["malformed.json", "json", /^Malformed JSON, at byte \d+ in line 5: unexpected character\.?$/],
      [
        "trailing_content.ndjson",
        "ndjson",
        /^Malformed JSON, at byte 8 in line [23]: unexpected content after document\.?$/,
      ],
    ] as const) {
      it(`says where ${name} is malformed`, async () => {
        const failure = await failureOf(await readFile(fixture(name)), step(format, "csv"));
        expect(failure.canPass).to.equal(false);
        expect(failure.message).to.match(reason);
      });
    }

    it("gives the same bytes each time, in every format", async () => {
      for (const to of ["csv", "json", "ndjson", "parquet"] as const) {
        const steps = [step("json", to, "SELECT unnest(entry).fullUrl AS url FROM input")];
        const [first, second] = [
          await run(fixture("synthea-bundle.json"), steps),
          await run(fixture("synthea-bundle.json"), steps),
        ];
        expect(first.equals(second), to).to.equal(true);
        expect(first.length).to.be.greaterThan(100);
      }
    });
  });

  describe("formats", () => {
    it("keeps every value of a CSV file as it was", async () => {
      const csv =
        'zip,amount,count,day,code,flag,id,note\n01234,1.50,7,2024-01-05,1E5,true,12345678901234567890,"a, ""b""\n"\n' +
        "98765,-20.05,-8,05/01/2024,2E6,F,12345678901234567891,\n";
      expect(await runText(csv, step("csv", "csv"))).to.equal(csv);
    });

    it("takes as numbers what all values of a column are", async () => {
      const csv = "amount,count,zip,mixed,none\n1.5,7,01234,1,\n2.25,8,98765,x,\n";
      const sql = "SELECT column_name, column_type FROM (DESCRIBE input)";
      expect(await runText(csv, step("csv", "csv", sql))).to.equal(
        'column_name,column_type\namount,"DECIMAL(18,2)"\ncount,BIGINT\nzip,VARCHAR\nmixed,VARCHAR\nnone,VARCHAR\n',
      );
      expect(await runText(csv, step("csv", "csv", "SELECT sum(amount) AS s, sum(count) AS c FROM input"))).to.equal(
        "s,c\n3.75,15\n",
      );
    });

    it("measures the columns of a wide file, whatever stands beside them", async () => {
      const row = (value: (column: number) => unknown) => Array.from({ length: 600 }, (_, at) => value(at)).join(",");
      const csv = [row((at) => `c${at}`), row((at) => ["7", "0.5", "x"][at % 3]), row(() => "1"), ""].join("\n");
      const sql =
        "SELECT column_type, count(*) AS columns, max(column_name[2:]::INT) AS last FROM (DESCRIBE input) GROUP BY 1 ORDER BY 1";
      expect(await runText(csv, step("csv", "csv", sql))).to.equal(
        'column_type,columns,last\nBIGINT,200,597\n"DECIMAL(18,1)",200,598\nVARCHAR,200,599\n',
      );
    });

    for (const [what, csv] of [
      ["semicolons", "a;b\n1;2\n"],
      ["tabs", "a\tb\n1\t2\n"],
      ["a byte order mark and CRLF", "\ufeffa,b\r\n1,2\r\n"],
    ] as const) {
      it(`reads CSV with ${what}`, async () => {
        expect(await runText(csv, step("csv", "csv"))).to.equal("a,b\n1,2\n");
      });
    }

    it("writes a CSV header for a file without rows", async () => {
      expect(await runText("a,b\n", step("csv", "csv"))).to.equal("a,b\n");
    });

    it("keeps text of JSON as text: dates, times and identifiers", async () => {
      const rows = [
        {
          day: "2024-01-05",
          at: "2014-08-18T18:00:00-04:00",
          id: "3F333DF6-90A4-4FDA-8DD3-9485D27CEE36",
          DATE: { UUID: "x" },
        },
        { day: "2024-01-06", at: null, id: null, DATE: { UUID: "y" } },
      ];
      expect(JSON.parse(await runText(JSON.stringify(rows), step("json", "json")))).to.deep.equal(rows);
    });

    it("writes nested values into CSV as JSON", async () => {
      expect(await runText('[{"a":{"b":[1,{"c":"x"}]},"d":[1,2]}]', step("json", "csv"))).to.match(/^a,d\n"\{""b"":\[/);
      expect(await runText('[{"a":{"b":"it\'s"},"d":[1,2]}]', step("json", "csv"))).to.equal(
        `a,d\n"{""b"":""it's""}","[1,2]"\n`,
      );
    });

    it("chains steps through every format", async () => {
      const result = await runText(
        "id,name\n2,b\n1,a\n",
        step("csv", "parquet", "SELECT * FROM input ORDER BY id"),
        step("parquet", "ndjson", "SELECT id + 1 AS id, name FROM input"),
        step("ndjson", "json"),
      );
      expect(JSON.parse(result)).to.deep.equal([
        { id: 2, name: "a" },
        { id: 3, name: "b" },
      ]);
    });

    it("copies the file where there are no steps", async () => {
      expect(await runText("anything")).to.equal("anything");
    });

    it("takes an empty JSON array for an empty table, as far as that goes", async () => {
      expect(JSON.parse(await runText("[]", step("json", "json")))).to.deep.equal([]);
      expect((await failureOf("[]", step("json", "csv", "SELECT id FROM input"))).message).to.equal(
        "the file has no rows, and without rows JSON has no columns",
      );
    });
  });

  describe("input that does not fit", () => {
    for (const [what, content, steps, reason] of [
      ["a row too long", "a,b\n1,2\n3,4,5\n", [step("csv", "csv")], "line 3: Expected Number of Columns: 2 Found: 3"],
      ["a row too short", "a,b\n1,2\n3\n", [step("csv", "csv")], "line 3: Expected Number of Columns: 2 Found: 1"],
      ["an open quote", 'a,b\n1,2\n"3,4\n', [step("csv", "csv")], "line 3: Value with unterminated quote found"],
      [
        "bytes that are no UTF-8",
        Buffer.from("a,b\nZ\xfcrich,2\n", "latin1"),
        [step("csv", "csv")],
        "line 2: it is not UTF-8",
      ],
      [
        "no header",
        "",
        [step("csv", "csv")],
        "line 1: a CSV file begins with a line of column names; this one does not",
      ],
      ["no JSON", " \n", [step("json", "csv")], "the file has no JSON in it"],
      [
        "JSON nested too deeply",
        `[{"a":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}]`,
        [step("json", "csv")],
        "line 1, byte 637: nested more than 128 levels deep",
      ],
      ["no Parquet", "PAR0", [step("parquet", "csv")], "the file is no Parquet, or a part of one"],
      [
        "a value of another type",
        "a,b\n1,2\n3,4\n5,six\n7,8\n9,ten\n",
        [step("csv", "csv", "SELECT a, b::INTEGER AS b FROM input")],
        "row 3: a value of column b cannot be converted to INT32",
      ],
      [
        "a date of another form",
        '{"d":"2024-02-28"}\n{"d":"2024-02-30"}\n',
        [step("ndjson", "csv", "SELECT d::DATE AS d FROM input")],
        "row 2: a value of column d cannot be converted to DATE",
      ],
      [
        "a missing column",
        "a,b\n1,2\n",
        [step("csv", "csv", "SELECT c FROM input")],
        'the transform\'s SQL, line 1: Referenced column "c" not found in FROM clause!',
      ],
    ] as const) {
      it(`is ${what}: it fails for good, with the reason in one line`, async () => {
        const failure = await failureOf(content, ...steps);
        expect(failure.canPass).to.equal(false);
        expect(failure.message).to.equal(reason);
      });
    }
  });

  describe("the reason, which goes into logs and e-mail", () => {
    const name = 'O\'Brien "Jane" 078-05-1120';
    const json = JSON.stringify([{ n: 1, name, ssn: 78051120 }]);
    const csv = (...lines: string[]) => lines.join("\n");
    for (const [what, content, from, sql, reason] of [
      ["a number", json, "json", "(ssn + 1)::TINYINT", "row 1: a value cannot be converted to INT8"],
      ["a decimal", json, "json", "name::DECIMAL(4, 1)", /^row 1: a value of column name .* to DECIMAL\(4,1\)$/],
      [
        "a sum",
        json,
        "json",
        "ssn + 9223372036854775807",
        /^row 1: the result of the addition is too large for INT64$/,
      ],
      ["a date", json, "json", "name::DATE", "row 1: a value of column name cannot be converted to DATE"],
      [
        "a date that is parsed",
        json,
        "json",
        "strptime(name, '%Y')",
        /^row 1: a value does not have the form of a date/,
      ],
      [
        "nested values",
        json,
        "json",
        "name::INTEGER[]",
        "row 1: a value of column name cannot be converted to INTEGER",
      ],
      ["JSON in a value", json, "json", "name::JSON", "row 1: a value of column name cannot be converted to JSON"],
      ["an error of the SQL's own", json, "json", "error('bad: ' || name)", /^row 1: .* the SQL called error\(\)$/],
      ["a pattern", json, "json", "regexp_matches('x', '(' || name)", /^row 1: a function of the SQL refused a value/],
      ["another unit of time", json, "json", "date_trunc(name, now())", "row 1: a value cannot be converted"],
      ["names of the file's columns", csv("Jane,078-05-1120", "a,b"), "csv", "Jan", /"Jan" not found in FROM clause!$/],
      ["names of the file's keys", '[{"a":{"Jane":1}}]', "json", "sum(a)", /'sum\(STRUCT\(…\)'/],
      [
        "a line too long",
        csv("a,b", '1,"Jane"', '1,"x', 'Jane",3', ""),
        "csv",
        "*",
        /^line 3: Expected [\w ]+: 2 Found: 3$/,
      ],
      ["a quote that is never closed", csv("a,b", '1,"Jane', "x", ""), "csv", "*", /^line 2: Value with unterminated/],
      ["malformed JSON", '[{"a": Jane}]', "json", "*", /^Malformed JSON, at byte 7 in value 2: unexpected character$/],
      ["an object with a key twice", '[{"Jane":1,"Jane":2}]', "json", "*", "value 1: an object has a key twice"],
    ] as const) {
      it(`holds nothing of the file: ${what}`, async () => {
        const failure = await failureOf(content, step(from, "json", `SELECT ${sql} FROM input`));
        expect(failure.message).not.to.match(/O'Brien|Jane|078|78051120/);
        if (typeof reason === "string") expect(failure.message).to.equal(reason);
        else expect(failure.message).to.match(reason);
      });
    }
  });

  it("breaks off when it is told to, and can be tried again", async () => {
    const [inputPath, outputPath] = [join(folder, "input"), join(folder, "output")];
    await writeFile(inputPath, "a\n1\n");
    const steps = [step("csv", "csv", "SELECT count(*) FROM range(100000000) a, range(100000000) b, input")];
    const signal = AbortSignal.timeout(200);
    const outcome = runTransform({ inputPath, outputPath, steps, workFolder: folder, signal }).catch(
      (error: unknown) => error,
    );
    expect(await outcome).to.include({ message: "the conversion was interrupted", canPass: true });
  });

  it("refuses a kind of step that it does not know, by name", async () => {
    const steps = [{ kind: "hl7-to-json" }] as unknown as TransformStep[];
    const failure = await failureOf("x", ...steps);
    expect(failure.message).to.equal('unknown transform step "hl7-to-json"');
    expect(failure.canPass).to.equal(false);
  });

  describe("the SQL of a partner", () => {
    for (const [sql, reason] of [
      ["SELECT 1; SELECT 2", "has 2 statements"],
      ["", "has 0 statements"],
      ["DROP VIEW input", "is no SELECT"],
      ["COPY (SELECT 1) TO '/tmp/x.csv'", "is no SELECT"],
      ["INSTALL httpfs", "is no SELECT"],
      ["ATTACH '/tmp/x.db'", "is no SELECT"],
      ["SET threads = 8", "is no SELECT"],
      ["SELECT 1) TO '/tmp/x.csv'; --", 'the transform\'s SQL, line 1: syntax error at or near ")"'],
      ["SELEC 1", 'the transform\'s SQL, line 1: syntax error at or near "SELEC"'],
      ["SELECT 'ä', a\nFROM input\nWHER a = 1\nAND", 'the transform\'s SQL, line 3: syntax error at or near "a"'],
    ] as const) {
      it(`is refused where it is ${JSON.stringify(sql)}`, async () => {
        const failure = await failureOf("a\n1\n", step("csv", "csv", sql));
        expect(failure.message).to.include(reason);
        expect(failure.canPass).to.equal(false);
      });
    }

    it("may end in semicolons and comments, and use common table expressions and set operations", async () => {
      const sql =
        "WITH x AS (SELECT a FROM input) SELECT a FROM x UNION ALL SELECT a + 1 FROM x ORDER BY a DESC;; -- done";
      expect(await runText("a\n1\n", step("csv", "csv", sql))).to.equal("a\n2\n1\n");
    });

    for (const [sql, name] of [
      ["SELECT * FROM read_text('/etc/passwd')", "read_text"],
      ["SELECT * FROM glob('/proc/*/environ')", "glob"],
      ["SELECT * FROM sniff_csv('/etc/passwd')", "sniff_csv"],
      ["SELECT * FROM duckdb_secrets()", "duckdb_secrets"],
      ["SELECT * FROM query('SELECT 1')", "query"],
      ["SELECT * FROM query_table(['input'])", "query_table"],
      ["SELECT * FROM json_execute_serialized_sql('{}')", "json_execute_serialized_sql"],
      ["SELECT * FROM arrow_scan(1::POINTER, 2::POINTER, 3::POINTER)", "arrow_scan"],
      ["SELECT a, (SELECT count(*) FROM enable_logging(storage := 'stdout')) FROM input", "enable_logging"],
      ["FROM disable_logging()", "disable_logging"],
      ["WITH p AS (FROM main.Enable_Profiling(save_location := '/tmp/x')) SELECT * FROM p", "enable_profiling"],
      ["FROM input, LATERAL (FROM disable_profiling())", "disable_profiling"],
      ["SELECT 1 UNION ALL FROM checkpoint()", "checkpoint"],
      ["SELECT * FROM (UNPIVOT (FROM force_checkpoint()) ON a)", "force_checkpoint"],
      ["SELECT list_transform([a], lambda x: WRITE_LOG('forged ' || x)) FROM input", "write_log"],
      ["SELECT json_serialize_plan('SELECT 1')", "json_serialize_plan"],
    ] as const) {
      it(`can't reach outside itself: ${sql}`, async () => {
        const failure = await failureOf("a\n1\n", step("csv", "csv", sql));
        expect(failure.message).to.match(new RegExp(`^the transform's SQL, line 1: ${name} may not `));
      });
    }

    it("may call functions that make rows", async () => {
      const sql = "SELECT a, r, u FROM input, range(a) t(r), unnest([a, 7]) s(u), json_each('[1]') ORDER BY ALL";
      expect(await runText("a\n1\n", step("csv", "csv", sql))).to.equal("a,r,u\n1,0,1\n1,0,7\n");
    });

    for (const path of ["/etc/passwd", "OTHER.json", "https://example.com/x.csv", "s3://bucket/key.parquet"]) {
      it(`can't read another file: ${path}`, async () => {
        const other = join(folder, "OTHER.json");
        await writeFile(other, '{"secret":1}');
        const failure = await failureOf("a\n1\n", step("csv", "csv", `FROM '${path.replace("OTHER.json", other)}'`));
        expect(failure.message).to.match(/disabled by configuration|does not exist/);
      });
    }

    it("writes times with a zone as UTC, wherever it runs", async () => {
      const zone = process.env.TZ;
      process.env.TZ = "Asia/Tokyo";
      try {
        const sql = "SELECT '2026-01-31 12:00:00+02:00'::TIMESTAMPTZ AS t, a FROM input";
        expect(await runText("a\n1\n", step("csv", "csv", sql))).to.equal("t,a\n2026-01-31 10:00:00+00,1\n");
      } finally {
        if (zone === undefined) delete process.env.TZ;
        else process.env.TZ = zone;
      }
    });
  });

  it("sorts a table that is larger than its memory", async () => {
    const rows = 1_500_000;
    const inputPath = join(folder, "large.parquet");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT md5(i::VARCHAR) AS hash, i, repeat(md5((i + 1)::VARCHAR), 3) AS padding FROM range(${rows}) t(i))
       TO '${inputPath}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    // 1,500,000 rows of 136 bytes are 204 MB, and sorting takes more.
    const sql = "SELECT hash FROM (SELECT * FROM input ORDER BY hash, padding)";
    const csv = await run(inputPath, [step("parquet", "csv", sql)], 192 * 1024 ** 2);
    const lines = csv.toString().trimEnd().split("\n");
    expect(lines.length).to.equal(rows + 1);
    expect(lines.slice(1, 1000)).to.deep.equal([...lines.slice(1, 1000)].sort());
  });
});
