import type { Database } from "#platform";
import { requestFaults } from "./judge-requests.ts";
import { completed, type IntakePolicies } from "./policies.ts";
import { referenceInDatabase, type ReferenceSource } from "./reference.ts";
import { stockInDatabase, type StockOutlookSource } from "../../inventory/stock-outlook.ts";
import { createShortfalls } from "./shortfalls.ts";
import { submitList, type ListContext } from "./submit-list.ts";
import { written, type SubmitRequest, type SubmitResult, type WrittenRequest } from "./submission.ts";

/** The one way into the books. */
export interface OrderIntake {
  /**
   * Takes a list of orders in one transaction and answers after its commit, result by request. One bad draft never harms its neighbours.
   * Rejects only where nothing is known of the outcome (the database went away): send again with the same keys.
   */
  submit(requests: readonly SubmitRequest[]): Promise<readonly SubmitResult[]>;
}

export interface OrderIntakeOptions extends Omit<ListContext, "policies" | "reference" | "outlook" | "shortfalls"> {
  readonly database: Database;
  readonly policies: IntakePolicies;
  /** Left out: read from the database for each list. */
  readonly reference?: ReferenceSource;
  /** What to plan by until the rows are locked. Left out: read from the database for each list. */
  readonly outlook?: StockOutlookSource;
}

const RETRIES = 5;

export function createOrderIntake({ database, ...options }: OrderIntakeOptions): OrderIntake {
  const context: ListContext = {
    reference: referenceInDatabase,
    outlook: stockInDatabase,
    shortfalls: createShortfalls(),
    ...options,
    policies: completed(options.policies),
  };
  const takeWhole = (requests: readonly WrittenRequest[]) =>
    retryWhenOvertaken(() => submitList(database, requests, context));

  /** What the database will not take is sought out by halves, so that it is refused alone. */
  async function take(requests: readonly WrittenRequest[]): Promise<readonly SubmitResult[]> {
    try {
      return requests.length === 0 ? [] : await takeWhole(requests);
    } catch (error) {
      if (!isAboutData(error)) throw error;
      if (requests.length === 1) return [{ outcome: "failed", repeat: false, cause: error }];
      const middle = Math.ceil(requests.length / 2);
      return [...(await take(requests.slice(0, middle))), ...(await take(requests.slice(middle)))];
    }
  }

  return {
    async submit(requests) {
      const shapes = requests.map(written).map((request) => ({ request, faults: requestFaults(request) }));
      const readable = shapes.filter(({ faults }) => faults.length === 0).map(({ request }) => request);
      const taken = (await take(readable)).values();
      return shapes.map(({ faults }): SubmitResult => {
        const result = faults.length === 0 ? taken.next().value : undefined;
        return result ?? { outcome: "rejected", repeat: false, faults };
      });
    },
  };
}

const sqlState = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" && error.code.length === 5
    ? error.code
    : "";
const UNIQUE_VIOLATION = "23505";
/** Data exceptions and integrity violations; or our own code stumbled over what it was given. */
const isAboutData = (error: unknown): boolean =>
  /^2[23]/.test(sqlState(error)) || error instanceof TypeError || error instanceof RangeError;

/** The same order came by another node a moment earlier: read again, it is a repeat now. */
async function retryWhenOvertaken<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= RETRIES || sqlState(error) !== UNIQUE_VIOLATION) throw error;
    }
  }
}
