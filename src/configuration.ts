import { BranchCalendar, Coordinates, findPromisingFaults, PromisingRules, StalenessRule } from "#domains";
import { ConfigurationError, readConfiguration } from "#platform";
import { faultOfNames } from "#systems";
import { Address, BranchCode, Currency, NonNegativeDecimal, SystemCode } from "#contracts";
import { Type, type Static } from "typebox";

/** A secret is never written down here: it is named, and read from the environment or a file at start. */
const SecretReference = Type.Union([
  Type.Object({ env: Type.String() }, { additionalProperties: false }),
  Type.Object({ file: Type.String() }, { additionalProperties: false }),
]);

const Limits = Type.Partial(
  Type.Object({
    timeoutMs: Type.Integer({ minimum: 100, maximum: 600_000 }),
    concurrencyMax: Type.Integer({ minimum: 1, maximum: 1000 }),
    requestsPerSecondMax: Type.Number({ exclusiveMinimum: 0, maximum: 10_000 }),
  }),
  { additionalProperties: false },
);

const PriceTolerance = {
  tolerancePercent: NonNegativeDecimal,
  toleranceAmount: Type.Optional(NonNegativeDecimal),
  above: Type.Enum(["accept", "correct", "hold"]),
  below: Type.Enum(["accept", "correct", "hold"]),
};

/** One system we talk to. With `sandbox: true` its address and credentials are those of the sandbox counterparty of the same connector. */
const System = Type.Object(
  {
    code: SystemCode,
    connector: Type.String({ description: "The connector's code, for instance `granite`." }),
    sandbox: Type.Optional(Type.Boolean()),
    url: Type.Optional(Type.String({ pattern: "^https?://" })),
    settings: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), SecretReference])),
    ),
    limits: Type.Optional(Limits),
  },
  { additionalProperties: false },
);
export type SystemSettings = Static<typeof System>;

/** Where orders come from. A channel with a storefront is told of shipments; one with a folder is fed by files. */
const Channel = Type.Object(
  {
    code: SystemCode,
    title: Type.String(),
    storefront: Type.Optional(SystemCode),
    folder: Type.Optional(
      Type.String({ description: "A folder watched for order files, relative to the configuration." }),
    ),
    staleness: Type.Optional(StalenessRule),
  },
  { additionalProperties: false },
);

const Branch = Type.Object(
  {
    branch: BranchCode,
    name: Type.String(),
    warehouse: SystemCode,
    address: Address,
    sourcingRank: Type.Optional(Type.Integer({ minimum: 0 })),
    coordinates: Type.Optional(Coordinates),
    calendar: Type.Optional(BranchCalendar),
  },
  { additionalProperties: false },
);

const Policies = Type.Object(
  {
    /** What becomes of a line whose price in the channel is not ours. */
    price: Type.Object(
      {
        ...PriceTolerance,
        channels: Type.Optional(
          Type.Record(
            SystemCode,
            Type.Partial(Type.Object(PriceTolerance, { additionalProperties: false }), { additionalProperties: false }),
          ),
        ),
      },
      { additionalProperties: false },
    ),
    /** How strictly orders are taken; left out, as the guide to order intake says. */
    orders: Type.Optional(
      Type.Object(
        {
          duplicatePurchaseOrder: Type.Optional(Type.Enum(["hold", "accept"])),
          unlistedShipTo: Type.Optional(Type.Enum(["hold", "accept"])),
          lineQuantityMax: Type.Optional(NonNegativeDecimal),
          lineAmountMax: Type.Optional(NonNegativeDecimal),
        },
        { additionalProperties: false },
      ),
    ),
    shipping: Type.Object(
      {
        ltlFromWeightLb: NonNegativeDecimal,
        quoteDeadlineMs: Type.Integer({ minimum: 100 }),
        transitDaysMax: Type.Integer({ minimum: 1 }),
      },
      { additionalProperties: false },
    ),
    tax: Type.Object({ estimatedRatePercent: NonNegativeDecimal }, { additionalProperties: false }),
    stock: Type.Optional(
      Type.Object(
        {
          postingLagMs: Type.Optional(
            Type.Integer({
              minimum: 0,
              description:
                "The longest the ERP takes until invoiced goods are off its stock, where its answer does not say; left out, an hour.",
            }),
          ),
          countedWithinMs: Type.Optional(
            Type.Integer({
              minimum: 0,
              description:
                "How long goods that a branch did not find stay off, though the ERP states them: until the shelf is counted; left out, a day.",
            }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    freight: Type.Object({ billed: Type.Enum(["as-quoted", "never"]) }, { additionalProperties: false }),
    retention: Type.Object({ exchangesDays: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);

/** A folder that snapshots of one source's stock are dropped into. */
const StockFolder = Type.Object(
  {
    folder: Type.String({ description: "Relative to the configuration." }),
    source: SystemCode,
    names: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description:
          "What its files are called, without what stands behind the last dot: `{sequence}`, `{branch}` and `{asOf}` are read from the name, `*` is anything; left out, `*{sequence}`.",
        examples: ["stock-{branch}-{sequence}"],
      }),
    ),
    missingPositions: Type.Optional(Type.Enum(["zero", "left-alone"])),
  },
  { additionalProperties: false },
);

/** Who states stock besides the systems, and where it is dropped. */
const StockDoors = Type.Object(
  {
    sources: Type.Optional(Type.Array(SystemCode)),
    folders: Type.Optional(Type.Array(StockFolder)),
  },
  { additionalProperties: false },
);

const StaleAfterMs = Type.Integer({ minimum: 1000 });

/** `crossdock.config.ts`, whole. */
export const HubConfiguration = Type.Object(
  {
    hub: Type.Object(
      {
        host: Type.String(),
        port: Type.Integer({ minimum: 0, maximum: 65_535 }),
        currency: Currency,
        timeZone: Type.Optional(
          Type.String({
            description:
              "Where the business is, as IANA names it: by its day prices and certificates of exemption begin and end.",
          }),
        ),
      },
      { additionalProperties: false },
    ),
    dataFolder: Type.String({ description: "Where the embedded database and the sandbox keep what is theirs." }),
    sandbox: Type.Optional(
      Type.Object(
        {
          timeScale: Type.Number({
            minimum: 1,
            description: "How many times faster than life the counterparties work.",
          }),
          seed: Type.Integer(),
          firstPort: Type.Integer({ minimum: 0, maximum: 65_000 }),
        },
        { additionalProperties: false },
      ),
    ),
    systems: Type.Array(System, { minItems: 1 }),
    channels: Type.Array(Channel, { minItems: 1 }),
    branches: Type.Array(Branch, { minItems: 1 }),
    policies: Policies,
    promising: Type.Optional(PromisingRules),
    stock: Type.Optional(StockDoors),
    feeds: Type.Object(
      {
        everyMs: Type.Integer({ minimum: 250 }),
        /** How old each kind may be before it is shown as stale; left out: ten turns, a minute at least. */
        staleAfterMs: Type.Optional(
          Type.Partial(
            Type.Object({
              customers: StaleAfterMs,
              products: StaleAfterMs,
              prices: StaleAfterMs,
              "stock-movements": StaleAfterMs,
              stock: StaleAfterMs,
            }),
            { additionalProperties: false },
          ),
        ),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type HubConfiguration = Static<typeof HubConfiguration>;

/** Gives `crossdock.config.ts` its types; what it says is validated whole at start. */
export const defineHub = (configuration: HubConfiguration): HubConfiguration => configuration;

/** The configuration, judged whole; throws a ConfigurationError with every fault. */
export function readHub(given: unknown): HubConfiguration {
  const configuration = readConfiguration(HubConfiguration, given);
  const { promising = {}, branches, channels } = configuration;
  const faults = [
    ...findPromisingFaults(promising, { branches, channels: channels.map(({ code }) => code) }),
    ...stockFolderFaults(configuration),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
  return configuration;
}

function stockFolderFaults({ stock: { folders = [] } = {}, channels }: HubConfiguration): readonly string[] {
  const ofOrders = channels.flatMap(({ folder }) => (folder ? [folder] : []));
  return folders.flatMap(({ folder, names }, index) => {
    const path = `/stock/folders/${index}`;
    const fault = names === undefined ? null : faultOfNames(names);
    const isTaken = ofOrders.includes(folder) || folders.findIndex((other) => other.folder === folder) < index;
    return [
      ...(fault ? [`${path}/names: expected a pattern of names, found ${names}: ${fault}`] : []),
      ...(isTaken ? [`${path}/folder: expected a folder of its own, found ${folder}, which is another's`] : []),
    ];
  });
}

/** What each channel that says so is told of old stock. */
export const stalenessRules = ({ channels }: HubConfiguration): ReadonlyMap<string, StalenessRule> =>
  new Map(channels.flatMap(({ code, staleness }) => (staleness ? [[code, staleness] as const] : [])));

/** Whose statements of stock are taken. */
export const stockSources = ({ systems, stock = {} }: HubConfiguration): readonly string[] => [
  ...new Set([
    ...systems.map(({ code }) => code),
    ...(stock.sources ?? []),
    ...(stock.folders ?? []).map(({ source }) => source),
  ]),
];
