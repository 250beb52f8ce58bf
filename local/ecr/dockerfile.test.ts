import { expect } from "chai";
import { readDockerfile } from "./dockerfile";

describe("readDockerfile", () => {
  it("reads what a one-stage image of a Node program is made of", () => {
    const image = readDockerfile(`
# syntax=docker/dockerfile:1
FROM --platform=linux/amd64 node:24-slim AS jobs
ENV NODE_ENV=production \\
    # trusted besides Node's own
    NODE_EXTRA_CA_CERTS="/etc/ssl/rds bundle.pem"
ENV GREETING hello world
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev \\
 && rm -rf /root/.npm
COPY --chown=node dist/jobs .
WORKDIR sub
user node
ENTRYPOINT ["tini", "--"]
CMD node send.js
`);
    expect(image).to.deep.equal({
      from: "node:24-slim",
      workdir: "/app/sub",
      copies: [
        { sources: ["package.json", "package-lock.json"], destination: "/app", intoFolder: true },
        { sources: ["dist/jobs"], destination: "/app", intoFolder: true },
      ],
      environment: {
        NODE_ENV: "production",
        NODE_EXTRA_CA_CERTS: "/etc/ssl/rds bundle.pem",
        GREETING: "hello world",
      },
      runs: ["npm ci --omit=dev && rm -rf /root/.npm"],
      user: "node",
      entrypoint: ["tini", "--"],
      command: ["/bin/sh", "-c", "node send.js"],
    });
  });

  const refused: [string, string, string][] = [
    ["an instruction it does not know", "FROM a\nHEALTHCHECK NONE", "Dockerfile line 2: HEALTHCHECK NONE"],
    ["a second stage", "FROM a\nFROM b", "Dockerfile line 2: FROM b: the local ECR reads images of one stage"],
    ["a copy from another stage", "FROM a\nCOPY --from=build /x /y", "flag --from=build"],
    ["a copy without a destination", "FROM a\nCOPY x", "source and a destination"],
    ["a file without FROM", "WORKDIR /app", "no FROM"],
  ];
  for (const [what, text, message] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => readDockerfile(text)).to.throw(message);
    });
  }
});
