import type { Product } from "#contracts";
import { Decimal } from "decimal.js";
import { createHmac } from "node:crypto";
import { Type } from "typebox";
import { sandboxEntry, type SandboxEntry, type SandboxPremises } from "../entry.ts";
import type { CounterpartyDescription, Routes } from "../kernel/counterparty.ts";
import type { Change, Desk } from "../kernel/desk.ts";
import type { Delivery } from "../kernel/webhooks.ts";
import { pack } from "./packing.ts";
import {
  emptyFloor,
  keepFloor,
  PapersRequest,
  parseFact,
  WaveRequest,
  type Fact,
  type Floor,
  type PickedTask,
  type Wave,
} from "./waves.ts";

type FloorDesk = Desk<Floor, Fact>;

const minuteMs = 60_000;
/** A believable floor: pickers walk, packers pack, trucks come. */
const pickingMs = 60 * minuteMs;
const packingMs = 40 * minuteMs;
const loadingMs = 30 * minuteMs;

const complaint = (status: number, message: string) => ({ fault: `E${status}`, note: message });
const refusal = (fault: string, note: string) => ({ status: 422, body: { fault, note } });
const byReference = Type.Object({ reference: Type.String() });

interface Dock {
  readonly products: ReadonlyMap<string, Product>;
  readonly newsUrl: string;
  /** Where a carrier's driver is told that he has it; null when that carrier is not in this sandbox. */
  readonly driverUrl: (carrier: string) => string | null;
}

/** Dockside WMS: picks, packs, waits for papers, loads. Each step is told by a signed message; a wave can be halted until it is loaded. */
function dockside(
  options: Dock & { readonly token: string; readonly newsSecret: string },
): CounterpartyDescription<Floor, Fact> {
  const tell = (topic: string, body: object): NonNullable<Change<Fact>["deliveries"]>[number] => ({
    topic,
    url: options.newsUrl,
    body,
  });
  return {
    code: "dockside",
    title: "Dockside WMS",
    wording: { complaint, refusal: (reason) => refusal("REFUSED", reason) },
    authenticate: (request) => request.headers.authorization === `Bearer ${options.token}`,
    initial: emptyFloor,
    parseFact,
    evolve: keepFloor,
    sign: (delivery) => signed(delivery, options.newsSecret),
    routes(vendor, desk) {
      vendor.get("/api/facilities", () => ({ facilities: ["ATL", "DFW", "ORD", "RNO"] }));
      serveWaves(vendor, desk);
      servePapers(vendor, desk);
    },
    controls: openFloorOffice,
    timers: {
      pick: (reference, desk) => inState(desk, reference, "OPEN", (wave) => pickWave(desk, reference, wave, tell)),
      pack: (reference, desk) =>
        inState(desk, reference, "PICKED", (wave) => packWave(desk, reference, wave, options.products, tell)),
      load: (reference, desk) =>
        inState(desk, reference, "PACKED", (wave) => loadWave(desk, reference, wave, options, tell)),
    },
  };
}

const credentials = { token: "dockside-sandbox-token", newsSecret: "dockside-sandbox-news-secret" };
export const docksideEntry = ({ data, inboundUrl, urlOf }: SandboxPremises): SandboxEntry =>
  sandboxEntry(
    dockside({
      products: new Map(data.products.map((product) => [product.sku, product])),
      newsUrl: inboundUrl("dockside"),
      driverUrl: (carrier) => {
        const url = urlOf(carrier);
        return url === null ? null : `${url}/control/hand-over`;
      },
      ...credentials,
    }),
    credentials,
  );

/** The signature is over the message's id and its bytes, so that neither can be changed. */
function signed(delivery: Delivery, secret: string): Readonly<Record<string, string>> {
  const signature = createHmac("sha256", secret).update(`${delivery.id}.${delivery.body}`).digest("hex");
  return { "x-dockside-message": delivery.id, "x-dockside-signature": `v1=${signature}` };
}

/** What a timer finds may have been halted meanwhile; then there is nothing to do. */
function inState(
  desk: FloorDesk,
  reference: string,
  status: Wave["status"],
  work: (wave: Wave) => Change<Fact>,
): Change<Fact> {
  const wave = desk.state.waves.get(reference);
  return wave?.status === status ? work(wave) : {};
}

function serveWaves(vendor: Routes, desk: FloorDesk): void {
  vendor.put("/api/waves/:reference", { schema: { params: byReference, body: WaveRequest } }, (request, reply) => {
    const { reference } = request.params;
    const known = desk.state.waves.get(reference);
    if (known?.status === "HALTED" || desk.state.haltedBeforehand.has(reference)) {
      const { status, body } = refusal("HALTED", "It was halted; what was halted is not begun again.");
      return reply.code(status).send(body);
    }
    if (known) {
      const isSame = JSON.stringify(known.request) === JSON.stringify(request.body);
      return isSame
        ? reply.send(rendered(reference, known))
        : reply.code(409).send(complaint(409, "The wave is known with other content."));
    }
    desk.commit({
      facts: [{ kind: "opened", reference, wave: request.body }],
      effects: [{ operation: "release", reference }],
      timers: [{ name: "pick", afterMs: pickingMs, payload: reference }],
    });
    return reply.code(201).send(rendered(reference, desk.state.waves.get(reference)));
  });

  vendor.get("/api/waves/:reference", { schema: { params: byReference } }, (request, reply) => {
    const wave = desk.state.waves.get(request.params.reference);
    return wave
      ? reply.send(rendered(request.params.reference, wave))
      : reply.code(404).send(complaint(404, "There is no such wave."));
  });

  vendor.post("/api/waves/:reference/halt", { schema: { params: byReference } }, (request, reply) => {
    const { reference } = request.params;
    const wave = desk.state.waves.get(reference);
    if (wave?.status === "LOADED") {
      const { status, body } = refusal("LOADED", "It is loaded and gone.");
      return reply.code(status).send(body);
    }
    // Halted also where it is not known yet: the release may be on its way still, and must not begin what was called off.
    if (wave?.status !== "HALTED" && !desk.state.haltedBeforehand.has(reference)) {
      desk.commit({ facts: [{ kind: "halted", reference }], effects: [{ operation: "halt", reference }] });
    }
    return reply.send({ reference, status: "HALTED" });
  });
}

const rendered = (reference: string, wave: Wave | undefined) => ({
  reference,
  wave: wave?.number,
  status: wave?.status,
  papers: wave?.papers ?? null,
});

function servePapers(vendor: Routes, desk: FloorDesk): void {
  vendor.put(
    "/api/waves/:reference/papers",
    { schema: { params: byReference, body: PapersRequest }, bodyLimit: 20_000_000 },
    (request, reply) => {
      const { reference } = request.params;
      const { shipment, carrier, tracking } = request.body;
      const wave = desk.state.waves.get(reference);
      if (!wave) return reply.code(404).send(complaint(404, "There is no such wave."));
      if (wave.papers?.tracking === tracking) return reply.send(rendered(reference, wave));
      if (wave.status !== "PACKED") {
        const { status, body } = refusal(
          wave.status,
          `Papers are stuck on what is packed; the wave is ${wave.status.toLowerCase()}.`,
        );
        return reply.code(status).send(body);
      }
      desk.commit({
        facts: [{ kind: "papers", reference, shipment, carrier, tracking }],
        effects: [{ operation: "papers", reference: `${reference} ${tracking}` }],
        timers: [{ name: "load", afterMs: loadingMs, payload: reference }],
      });
      return reply.send(rendered(reference, wave));
    },
  );
}

type Tell = (topic: string, body: object) => NonNullable<Change<Fact>["deliveries"]>[number];

function pickWave(desk: FloorDesk, reference: string, wave: Wave, tell: Tell): Change<Fact> {
  const missing = new Map(desk.state.shortages);
  const tasks: readonly PickedTask[] = wave.request.tasks.map(({ seq, item, units }) => {
    const short = Decimal.min(units, missing.get(item) ?? "0");
    missing.set(item, new Decimal(missing.get(item) ?? "0").minus(short).toString());
    return { seq, item, units: new Decimal(units).minus(short).toString(), short: short.toString() };
  });
  const isEmpty = tasks.every(({ units }) => Number(units) === 0);
  return {
    facts: [{ kind: "picked", reference, tasks: [...tasks] }],
    deliveries: [tell("WAVE_PICKED", { event: "WAVE_PICKED", ref: reference, at: desk.now().toISOString(), tasks })],
    timers: isEmpty ? [] : [{ name: "pack", afterMs: packingMs, payload: reference }],
  };
}

function packWave(
  desk: FloorDesk,
  reference: string,
  wave: Wave,
  products: ReadonlyMap<string, Product>,
  tell: Tell,
): Change<Fact> {
  const units = pack(wave.tasks, wave.request, products, desk.state.packed);
  return {
    facts: [{ kind: "packed", reference, units: [...units] }],
    deliveries: [tell("WAVE_PACKED", { event: "WAVE_PACKED", ref: reference, at: desk.now().toISOString(), units })],
  };
}

function loadWave(desk: FloorDesk, reference: string, wave: Wave, { driverUrl }: Dock, tell: Tell): Change<Fact> {
  // The truck is sent on when the dock opens again.
  if (desk.state.isDockClosed) return { timers: [{ name: "load", afterMs: loadingMs, payload: reference }] };
  const tasks = wave.tasks
    .filter(({ units }) => Number(units) > 0)
    .map(({ seq, item, units }) => ({ seq, item, units }));
  const driver = wave.papers ? driverUrl(wave.papers.carrier) : null;
  return {
    facts: [{ kind: "loaded", reference }],
    effects: [{ operation: "ship", reference }],
    deliveries: [
      tell("WAVE_LOADED", { event: "WAVE_LOADED", ref: reference, at: desk.now().toISOString(), tasks }),
      ...(driver && wave.papers ? [{ topic: "hand-over", url: driver, body: { number: wave.papers.tracking } }] : []),
    ],
  };
}

/** Things that go wrong on a floor, made to. */
function openFloorOffice(control: Routes, desk: FloorDesk): void {
  const shortage = Type.Object(
    { item: Type.String(), units: Type.String({ pattern: "^\\d{1,9}(\\.\\d{1,6})?$" }) },
    { additionalProperties: false },
  );
  control.post("/short-pick", { schema: { body: shortage } }, (request) => {
    desk.commit({ facts: [{ kind: "shortage", ...request.body }] });
    return { shortages: Object.fromEntries(desk.state.shortages) };
  });
  control.post(
    "/dock",
    { schema: { body: Type.Object({ isClosed: Type.Boolean() }, { additionalProperties: false }) } },
    (request) => {
      desk.commit({ facts: [{ kind: "dock", isClosed: request.body.isClosed }] });
      return { isClosed: desk.state.isDockClosed };
    },
  );
  control.get("/waves", () => ({
    waves: [...desk.state.waves].map(([reference, wave]) => ({
      ...rendered(reference, wave),
      tasks: wave.tasks,
      units: wave.units.length,
    })),
  }));
}
