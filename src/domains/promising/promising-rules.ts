import { BranchCode, CustomerNumber, NonNegativeDecimal, Sku, SystemCode } from "#contracts";
import { Type, type Static } from "typebox";

/** What decides what is promised, and from where. Configuration: judged whole at start, and named by its version wherever it decided. */

const strict = { additionalProperties: false } as const;

/** What comes first where several branches would do: each decides where the ones before it leave a tie. */
const BranchOrder = Type.Array(Type.Enum(["ships-soonest", "nearest", "rank"]), { minItems: 1 });

const When = Type.Optional(
  Type.Object(
    {
      channels: Type.Optional(Type.Array(SystemCode, { minItems: 1 })),
      customerGroups: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
      regions: Type.Optional(
        Type.Array(Type.String({ pattern: "^[A-Z]{2,3}$" }), { minItems: 1, description: "Where the goods go." }),
      ),
      shipComplete: Type.Optional(Type.Boolean()),
    },
    { ...strict, description: "Which orders the rule is for; all where left out." },
  ),
);

/** What such items are: every condition that is given holds. */
const ItemsOf = Type.Object(
  {
    hazardous: Type.Optional(Type.Literal(true)),
    sideOverIn: Type.Optional(NonNegativeDecimal),
    weightOverLb: Type.Optional(NonNegativeDecimal),
    skus: Type.Optional(Type.Array(Sku, { minItems: 1 })),
  },
  { ...strict, minProperties: 1 },
);

export const SourcingRule = Type.Union([
  Type.Object(
    { rule: Type.Literal("only-from"), items: ItemsOf, branches: Type.Array(BranchCode, { minItems: 1 }) },
    { ...strict, description: "Such items ship from these branches only. Holds whatever the other rules say." },
  ),
  Type.Object(
    { rule: Type.Literal("home-branch"), shippingToday: Type.Optional(Type.Literal(true)), when: When },
    { ...strict, description: "The customer's home branch, if it has the whole order (and ships it today)." },
  ),
  Type.Object(
    { rule: Type.Literal("one-branch"), by: Type.Optional(BranchOrder), when: When },
    { ...strict, description: "The first branch that has the whole order." },
  ),
  Type.Object(
    { rule: Type.Literal("fewest-branches"), by: Type.Optional(BranchOrder), when: When },
    { ...strict, description: "Whole lines from as few branches as possible, then pieces. Always decides." },
  ),
  Type.Object(
    {
      rule: Type.Literal("drop-ship"),
      supplier: Type.String({ pattern: "^[A-Z0-9-]{1,20}$" }),
      skus: Type.Optional(Type.Array(Sku, { minItems: 1 })),
      workingDays: Type.Integer({ minimum: 0, maximum: 260 }),
      when: When,
    },
    {
      ...strict,
      description: "What no branch has, the supplier can ship to the customer within so many working days.",
    },
  ),
]);
export type SourcingRule = Static<typeof SourcingRule>;

export const ChannelReserve = Type.Object(
  {
    channel: SystemCode,
    sku: Type.Optional(Sku),
    branch: Type.Optional(BranchCode),
    quantity: NonNegativeDecimal,
  },
  {
    ...strict,
    description:
      "So much of an item (of each, where none is named) stays for this channel, at the branch or over all branches.",
  },
);
export type ChannelReserve = Static<typeof ChannelReserve>;

export const BackorderPolicy = Type.Object(
  {
    order: Type.Array(Type.Enum(["priority-customer", "promised-date", "first-come"]), { minItems: 1 }),
    priorityCustomers: Type.Optional(Type.Array(CustomerNumber)),
    priorityGroups: Type.Optional(Type.Array(Type.String())),
  },
  { ...strict, description: "Who is served first when stock comes; first come, first served where all else is equal." },
);
export type BackorderPolicy = Static<typeof BackorderPolicy>;

/** Whose lines may become another item: a successor of what is gone, a substitute of what is short. */
const Substitution = Type.Object(
  {
    channels: Type.Optional(Type.Array(SystemCode, { minItems: 1 })),
    customerGroups: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  },
  strict,
);

export const PromisingRules = Type.Object(
  {
    sourcing: Type.Optional(Type.Array(SourcingRule)),
    channelReserves: Type.Optional(Type.Array(ChannelReserve)),
    backorders: Type.Optional(BackorderPolicy),
    substitution: Type.Optional(Substitution),
    places: Type.Optional(
      Type.Array(
        Type.Object(
          {
            country: Type.String({ pattern: "^[A-Z]{2}$" }),
            postalPrefix: Type.String({ pattern: "^[A-Z0-9]{1,5}$" }),
            latitude: Type.Number({ minimum: -90, maximum: 90 }),
            longitude: Type.Number({ minimum: -180, maximum: 180 }),
          },
          strict,
        ),
        { description: "Where postal codes are, where the middle of the state is too coarse." },
      ),
    ),
  },
  strict,
);
export type PromisingRules = Static<typeof PromisingRules>;

/** When a branch ships. */
export const BranchCalendar = Type.Object(
  {
    timeZone: Type.String({ examples: ["America/New_York"] }),
    cutOff: Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$", description: "What comes later ships next day." }),
    workingDays: Type.Array(Type.Enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), { minItems: 1 }),
    closedOn: Type.Optional(Type.Array(Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" }))),
  },
  strict,
);
export type BranchCalendar = Static<typeof BranchCalendar>;

export const Coordinates = Type.Object(
  {
    latitude: Type.Number({ minimum: -90, maximum: 90 }),
    longitude: Type.Number({ minimum: -180, maximum: 180 }),
  },
  strict,
);
export type Coordinates = Static<typeof Coordinates>;
