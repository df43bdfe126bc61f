import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import packageJson from "./package.json" with { type: "json" };

/**
 * Two projects, one command. `unit` needs nothing; `postgres` shares one embedded cluster, each file on a database of its own.
 * Both resolve our doors to the sources.
 */
const doors = Object.entries(packageJson.imports).map(([door, { source }]) => ({
  find: door,
  replacement: fileURLToPath(new URL(source, import.meta.url)),
}));
const shared = { resolve: { alias: doors } };

export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: ["src/**/*.test.ts"],
          exclude: ["**/*.pg.test.ts"],
          // Much of it is waiting for a timeout or a retry: more at once than there are cores.
          maxWorkers: Math.max(4, availableParallelism()),
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...shared,
        test: {
          name: "postgres",
          include: ["src/**/*.pg.test.ts", "test/**/*.test.ts"],
          exclude: ["test/bench/**"],
          // Readers of the log do not pass a transaction under way anywhere in the cluster: one file at a time.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          globalSetup: ["test/kit/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
