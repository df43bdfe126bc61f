import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { InboundMessage } from "../ports.ts";

/** Where a simulated system's messages arrive, as the hub's door would take them. */
export interface Inbox {
  readonly url: string;
  readonly messages: readonly InboundMessage[];
  stop(): Promise<void>;
}

/** Takes every message, and says so from the second one on: the first has to be sent again, as after a restart of the hub. */
export async function openInbox(): Promise<Inbox> {
  const messages: InboundMessage[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join() : (value ?? ""),
        ]),
      );
      messages.push({ headers, body: Buffer.concat(chunks) });
      response.writeHead(messages.length === 1 ? 503 : 202).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("The inbox does not listen.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    messages,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
