/** One instruction of a Dockerfile; `line` counts from 1. */
export interface DockerInstruction {
  name: string;
  /** All after the name, continued lines joined. */
  text: string;
  line: number;
}

/** What the stand-in knows how to read of an image. */
export interface Dockerfile {
  from: string;
  /** Absolute path in the image. */
  workdir: string;
  /** Copies from the build context: their sources, and where they land in the image (absolute). */
  copies: { sources: string[]; destination: string; intoFolder: boolean }[];
  environment: Record<string, string>;
  entrypoint: string[];
  command: string[];
  /** Recorded, not done. */
  user?: string;
  /** Recorded, not run: what they install must be there on this machine. */
  runs: string[];
}

/**
 * Reads a Dockerfile of one stage: FROM, WORKDIR, COPY from the context, ENV, ENTRYPOINT, CMD, USER, RUN.
 * @throws an error naming the first instruction that it does not know, with its line
 */
export function readDockerfile(text: string): Dockerfile {
  const image: Dockerfile = {
    from: "",
    workdir: "/",
    copies: [],
    environment: {},
    entrypoint: [],
    command: [],
    runs: [],
  };
  for (const instruction of instructions(text)) apply(instruction, image);
  if (image.from === "") throw new Error("the Dockerfile has no FROM");
  return image;
}

function instructions(text: string): DockerInstruction[] {
  const found: DockerInstruction[] = [];
  let pending: DockerInstruction | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    // Comments and empty lines may stand between continued lines.
    if (/^\s*(#|$)/.test(raw)) continue;
    const continues = raw.trimEnd().endsWith("\\");
    const part = (continues ? raw.trimEnd().slice(0, -1) : raw).trim();
    if (pending) pending.text = `${pending.text} ${part}`.trim();
    else {
      const [name = "", rest = ""] = part.split(/\s+(.*)/s, 2);
      pending = { name: name.toUpperCase(), text: rest.trim(), line: index + 1 };
    }
    if (continues) continue;
    found.push(pending);
    pending = undefined;
  }
  return pending ? [...found, pending] : found;
}

function apply({ name, text, line }: DockerInstruction, image: Dockerfile): void {
  const refuse = (why: string): never => {
    throw new Error(`Dockerfile line ${line}: ${name} ${text}: ${why}`);
  };
  switch (name) {
    case "FROM":
      if (image.from !== "") refuse("the local ECR reads images of one stage");
      image.from = text.split(/\s+/).filter((word) => !word.startsWith("--"))[0] ?? "";
      return;
    case "WORKDIR":
      image.workdir = absolute(text, image.workdir);
      return;
    case "COPY": {
      const words = text.startsWith("[") ? (JSON.parse(text) as string[]) : text.split(/\s+/);
      const flag = words.find((word) => word.startsWith("--") && !/^--(chown|chmod)=/.test(word));
      if (flag) refuse(`the local ECR does not know the flag ${flag}`);
      const paths = words.filter((word) => !word.startsWith("--"));
      const destination = paths.pop() ?? "";
      if (paths.length === 0) refuse("needs a source and a destination");
      image.copies.push({
        sources: paths,
        destination: absolute(destination, image.workdir),
        intoFolder: /(^|\/)\.{0,2}$/.test(destination),
      });
      return;
    }
    case "ENV":
      Object.assign(image.environment, pairs(text));
      return;
    case "CMD":
      image.command = commandLine(text);
      return;
    case "ENTRYPOINT":
      image.entrypoint = commandLine(text);
      return;
    case "USER":
      image.user = text;
      return;
    case "RUN":
      image.runs.push(text);
      return;
    default:
      refuse("the local ECR does not know this instruction");
  }
}

/** `A=b C="d e"`, or the older `A b c`. */
function pairs(text: string): Record<string, string> {
  if (!/^\w+=/.test(text)) {
    const [name = "", value = ""] = text.split(/\s+(.*)/s, 2);
    return { [name]: value };
  }
  const found = text.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:[^\s\\]|\\.)*)/g);
  return Object.fromEntries(
    [...found].map(([, name = "", value = ""]) => [
      name,
      value.replace(/^(["'])(.*)\1$/s, "$2").replace(/\\(.)/gs, "$1"),
    ]),
  );
}

function commandLine(text: string): string[] {
  return text.startsWith("[") ? (JSON.parse(text) as string[]) : ["/bin/sh", "-c", text];
}

function absolute(path: string, from: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${from}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
