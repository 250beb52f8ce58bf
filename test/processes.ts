import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process that runs; not one that has ended and whose parent has not asked how. */
interface RunningProcess {
  pid: number;
  parent: number;
  group: number;
  command: string;
}

/** All of this machine. Small Linux images have no `ps`, so there the kernel is asked itself. */
export function runningProcesses(): RunningProcess[] {
  return process.platform === "linux" ? fromKernel() : fromPs();
}

function fromKernel(): RunningProcess[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (Number.isNaN(pid)) return [];
    try {
      // `<pid> (<name>) <state> <parent> <group> …`, the name with whatever is in it. Source: proc_pid_stat(5).
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state = "", parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (hasEnded(state)) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      // What is about to end has no command line any more, before its state says so; the kernel's own have none ever.
      return command === "" ? [] : [{ pid, parent: Number(parent), group: Number(group), command }];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

function fromPs(): RunningProcess[] {
  const lines = execFileSync("ps", ["-eo", "stat=,pid=,ppid=,pgid=,args="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [state, pid, parent, group, ...words] = line.trim().split(/\s+/);
    if (!state || hasEnded(state)) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), command: words.join(" ") }];
  });
}

/** Zombies, and those about to be none. */
const hasEnded = (state: string) => /^[ZX]/.test(state);
