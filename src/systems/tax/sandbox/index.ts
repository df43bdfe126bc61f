import { Type } from "typebox";
import type { TaxEngine } from "../../ports.ts";
import { answerOr } from "../../reading.ts";
import { fromDetermination, fromProblem, toDetermination } from "./map.ts";

const Settings = Type.Object({
  user: Type.String({ title: "User", minLength: 1 }),
  password: Type.String({ title: "Password", minLength: 1, secret: true }),
});

/** Meridian Tax, the sandbox's tax engine. It keeps nothing, so a question may be asked as often as one likes. */
export const meridian = {
  kind: "tax",
  code: "meridian",
  title: "Meridian Tax",
  settings: Settings,
  limits: { timeoutMs: 5_000, concurrencyMax: 8, requestsPerSecondMax: 200 },

  authorize: ({ user, password }) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
  }),

  async verify({ http }) {
    await http.send({ operation: "verify", method: "GET", path: "/tax/v2/ping" });
  },

  calculate(question, { http }) {
    const body = toDetermination(question);
    const sent = http.send({ operation: "calculate-tax", method: "POST", path: "/tax/v2/determinations", body });
    return answerOr(
      sent.then((answer) => fromDetermination(answer.body, question)),
      fromProblem,
    );
  },
} satisfies TaxEngine<typeof Settings>;
