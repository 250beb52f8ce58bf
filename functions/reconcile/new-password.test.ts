import { expect } from "chai";
import { newPassword } from "./new-password";

describe("newPassword", () => {
  const passwords = Array.from({ length: 200 }, newPassword);

  it("has every class that a Cognito policy may ask for, and nothing that is easily misread", () => {
    for (const password of passwords) {
      expect(password).to.match(/^[a-zA-Z2-9]{6}(-[a-zA-Z2-9]{6}){4}$/);
      expect(password).to.match(/[a-z]/).and.match(/[A-Z]/).and.match(/[2-9]/);
      expect(password).not.to.match(/[01lIO]/);
    }
  });

  it("is another one each time", () => {
    expect(new Set(passwords).size).to.equal(passwords.length);
  });
});
