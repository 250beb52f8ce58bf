import { expect } from "chai";
import { csvHeader } from "./csv-header";

describe("csvHeader", () => {
  for (const [text, delimiter, columns] of [
    ["id,name\n1,a\n", ",", ["id", "name"]],
    ["id;name\r\n1;a\r\n", ";", ["id", "name"]],
    ["id\tname, first\n", "\t", ["id", "name, first"]],
    ["id|name", "|", ["id", "name"]],
    ["id\n1\n", ",", ["id"]],
    ["\ufeffid,name\n", ",", ["id", "name"]],
    ['"last, first";id\n', ";", ["last, first", "id"]],
    ['"a ""quoted"" name",id\n', ",", ['a "quoted" name', "id"]],
    ['"two\nlines",id\n1,2\n', ",", ["two\nlines", "id"]],
    [" id , name \n", ",", ["id", "name"]],
    ["id,ID,id,\n", ",", ["id", "ID_1", "id_2", "column3"]],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(csvHeader(text)).to.deep.equal({ delimiter, columns });
    });
  }

  it("takes 2,000 columns and no more, without looking at them one by one", () => {
    expect(csvHeader(`${'"a,b",'.repeat(1999)}c`).columns.length).to.equal(2000);
    expect(() => csvHeader("a,".repeat(500_000))).to.throw("line 1: the file has 500001 columns; 2000 are the most");
  });

  for (const text of ["", "\n1,2\n", "   \n"]) {
    it(`finds none in ${JSON.stringify(text)}`, () => {
      expect(() => csvHeader(text)).to.throw("line 1: a CSV file begins with a line of column names");
    });
  }
});
