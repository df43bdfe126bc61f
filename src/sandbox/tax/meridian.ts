import { Decimal } from "decimal.js";
import { Type, type Static } from "typebox";
import { dayOf } from "../data/calendar.ts";
import type { SandboxData } from "../data/sandbox-data.ts";
import { sandboxEntry, type SandboxEntry, type SandboxPremises } from "../entry.ts";
import type { CounterpartyDescription } from "../kernel/counterparty.ts";
import { authoritiesAt, type TaxAuthority } from "./rates.ts";

const Place = Type.Object({ state: Type.String(), postal: Type.String(), country: Type.String() });

/** What Meridian is asked. `gross` is the line's amount before tax. */
const Determination = Type.Object({
  document: Type.Object({ id: Type.String({ minLength: 1 }), customer: Type.String(), currency: Type.String() }),
  from: Place,
  to: Place,
  certificate: Type.Optional(Type.String()),
  items: Type.Array(
    Type.Object({
      n: Type.Integer({ minimum: 1 }),
      sku: Type.String(),
      category: Type.Optional(Type.String()),
      quantity: Type.String(),
      gross: Type.String({ pattern: "^\\d{1,15}(\\.\\d{1,6})?$" }),
    }),
    { minItems: 1 },
  ),
});
type Determination = Static<typeof Determination>;

interface Certificate {
  readonly region: string;
  readonly validFrom: string;
  readonly validTo: string;
}

const complaint = (status: number, message: string) => ({ problem: `http-${status}`, text: message });
const refuse = (problem: string, text: string) => ({ status: 422, body: { problem, text } });
/** Categories of goods nobody taxes here. */
const untaxed = new Set(["EXEMPT-SAFETY"]);

/** Meridian Tax: works out sales tax from where it goes, what it is and who is exempt. It keeps nothing, so asking twice is free. */
function meridianTax(options: {
  readonly data: SandboxData;
  readonly user: string;
  readonly password: string;
}): CounterpartyDescription<Record<string, never>, never> {
  const certificates = certificatesOnFile(options.data);
  const credentials = `Basic ${Buffer.from(`${options.user}:${options.password}`).toString("base64")}`;
  return {
    code: "meridian",
    title: "Meridian Tax",
    wording: { complaint, refusal: (reason) => refuse("refused", reason) },
    authenticate: (request) => request.headers.authorization === credentials,
    initial: () => ({}),
    parseFact: () => {
      throw new Error("Meridian's journal holds no facts.");
    },
    evolve: () => undefined,
    routes(vendor, desk) {
      vendor.get("/tax/v2/ping", () => ({ service: "Meridian Tax", version: "2" }));
      vendor.post("/tax/v2/determinations", { schema: { body: Determination } }, (request, reply) => {
        const { status, body } = determine(request.body, certificates, dayOf(desk.now()));
        return reply.code(status).send(body);
      });
    },
  };
}

const account = { user: "crossdock", password: "meridian-sandbox-password" };
export const meridianEntry = ({ data }: SandboxPremises): SandboxEntry =>
  sandboxEntry(meridianTax({ data, ...account }), account);

function certificatesOnFile(data: SandboxData): ReadonlyMap<string, Certificate> {
  const exemptions = data.customers.flatMap(({ taxExemptions }) => taxExemptions);
  return new Map(
    exemptions.map(({ certificateNumber, region, validFrom, validTo }) => [
      certificateNumber,
      { region, validFrom, validTo: validTo ?? "9999-12-31" },
    ]),
  );
}

function determine(asked: Determination, certificates: ReadonlyMap<string, Certificate>, today: string) {
  const { to } = asked;
  if (to.country !== "US") return refuse("country-not-served", `Meridian does not know the taxes of ${to.country}.`);
  const authorities = authoritiesAt(to.state, to.postal);
  if (authorities === null) return refuse("address-not-found", `There is no state "${to.state}".`);
  if (!/^\d{5}(-\d{4})?$/.test(to.postal)) return refuse("address-not-found", `"${to.postal}" is no ZIP code.`);

  const certificate = certificates.get(asked.certificate ?? "");
  const inForce = certificate !== undefined && certificate.validFrom <= today && today <= certificate.validTo;
  const exempt = inForce && certificate.region === to.state;
  const items = asked.items.map(({ n, category, gross }) => {
    const taxing = exempt || untaxed.has(category ?? "") ? [] : authorities;
    return { n, tax: taxOn(gross, taxing), authorities: taxing };
  });
  const total = items.reduce((sum, { tax }) => sum.plus(tax), new Decimal(0)).toFixed(2);
  return { status: 200, body: { document: asked.document.id, exempt, items, total } };
}

/** The rates of all authorities together, rounded once a line, half up. */
function taxOn(gross: string, authorities: readonly TaxAuthority[]): string {
  const percent = authorities.reduce((sum, authority) => sum.plus(authority.percent), new Decimal(0));
  return new Decimal(gross).mul(percent).div(100).toFixed(2, Decimal.ROUND_HALF_UP);
}
