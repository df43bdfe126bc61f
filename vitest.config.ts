import { defineConfig } from "vitest/config";

/**
 * Two projects, one command. `unit` needs nothing; `postgres` shares one embedded cluster, each file on a database of its own.
 * Both resolve our doors to the sources.
 */
const shared = { resolve: { conditions: ["source", "node"] }, ssr: { resolve: { conditions: ["source", "node"] } } };

export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: { name: "unit", include: ["src/**/*.test.ts"], exclude: ["**/*.pg.test.ts"] },
      },
      {
        ...shared,
        test: {
          name: "postgres",
          include: ["src/**/*.pg.test.ts", "test/**/*.test.ts"],
          exclude: ["test/bench/**"],
          globalSetup: ["test/kit/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
