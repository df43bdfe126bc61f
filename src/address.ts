import type { createHttpServer } from "#experiences";
import { freePort } from "#platform";
import type { HubConfiguration } from "./configuration.ts";

/** Chosen before anything listens: the sandbox is told where its messages go before the hub can take them. */
export async function addressOf({ hub: { host, port } }: HubConfiguration): Promise<string> {
  return `http://${host}:${port === 0 ? await freePort(host) : port}`;
}

/** Throws in plain words where somebody else listens there. */
export async function listen(server: ReturnType<typeof createHttpServer>, host: string, port: number): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const isTaken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    if (!isTaken) throw cause;
    const message = `Port ${port} is taken, perhaps by another hub. Stop that one, or start this one beside it with \`--port ${port + 100}\`; they share the database.`;
    throw new Error(message, { cause });
  }
}
