import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { HubConfiguration, RunningSandbox } from "#main";
import { instants, type Instant } from "#processes";

const script = fileURLToPath(new URL("./node.ts", import.meta.url));

interface NodesOptions {
  readonly configuration: HubConfiguration;
  readonly ports: readonly number[];
  readonly databaseUrl: string;
  readonly systems: RunningSandbox["systems"];
  /** From 0 up to 1, seeded. */
  readonly random: () => number;
}

/** Nodes that are started again whenever they die, each time told to die at another instant, while `isDangerous`. */
export function startNodes({ configuration, ports, databaseUrl, systems, random }: NodesOptions) {
  const alive = new Map<number, ChildProcess>();
  const deaths = new Map<string, number>();
  let isDangerous = true;
  let turn = 0;
  let isOver = false;

  function nextDeath(): { readonly instant: Instant; readonly nth: number } | null {
    if (!isDangerous) return null;
    turn += 1;
    const instant = instants[turn % instants.length] ?? "before-commit";
    return { instant, nth: 1 + Math.floor(random() * 15) };
  }

  function start(port: number): Promise<void> {
    const dieAt = nextDeath();
    const own = { ...configuration, hub: { ...configuration.hub, port } };
    const child = fork(script, [JSON.stringify({ configuration: own, databaseUrl, systems, dieAt })], {
      execArgv: ["--conditions=source"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    alive.set(port, child);
    child.once("exit", (_code, signal) => {
      alive.delete(port);
      if (isOver) return;
      const how =
        signal === "SIGKILL"
          ? killedByHand.delete(child)
            ? "at random"
            : (dieAt?.instant ?? "at random")
          : "by itself";
      deaths.set(how, (deaths.get(how) ?? 0) + 1);
      void start(port);
    });
    return new Promise((resolve) => {
      child.once("message", () => resolve());
      child.once("exit", () => resolve());
    });
  }
  const killedByHand = new Set<ChildProcess>();

  return {
    deaths,
    start: () => Promise.all(ports.map(start)),
    killOne() {
      const [, child] = [...alive][Math.floor(random() * alive.size)] ?? [];
      if (!child) return;
      killedByHand.add(child);
      child.kill("SIGKILL");
    },
    /** From now on nobody dies any more; who was told to, is replaced by one who was not. */
    async calm() {
      isDangerous = false;
      for (const child of alive.values()) {
        killedByHand.add(child);
        child.kill("SIGKILL");
      }
      await new Promise((resolve) => setTimeout(resolve, 4000));
    },
    stop() {
      isOver = true;
      for (const child of alive.values()) child.kill("SIGKILL");
    },
  };
}
