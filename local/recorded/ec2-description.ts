/** What EC2 says that descriptions of security groups and of their rules may hold. */
const allowed = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";
const described = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/;

/** @throws where EC2 would refuse the description, an apostrophe in it for instance. */
export function checkEc2Description(description: unknown, resource: string): void {
  if (description === undefined || (typeof description === "string" && described.test(description))) return;
  throw new Error(
    `${resource}: Invalid security group description. Valid descriptions are strings less than 256 characters from the following set: ${allowed}; this one is "${description}"`,
  );
}
