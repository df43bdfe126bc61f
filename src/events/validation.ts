import { CrossdockError, type EventDraft, type EventKind } from "#contracts";
import { Compile } from "typebox/compile";

type Check = (draft: EventDraft) => void;

function checkFor(kind: EventKind): Check {
  const validator = Compile(kind.data);
  return (draft) => {
    if (validator.Check(draft.data)) return;
    const faults = validator
      .Errors(draft.data)
      .map(({ instancePath, message }) => ({ path: instancePath === "" ? "/" : instancePath, expected: message }));
    const listed = faults.map(({ path, expected }) => `${path} ${expected}`).join("; ");
    throw new CrossdockError("internal", `An event of type ${kind.type} was uttered with wrong data: ${listed}.`, {
      faults,
    });
  };
}

/**
 * Refuses what the catalogue does not know. Uttering a wrong event is a programming error, so it throws. Each kind is compiled when it is
 * first uttered; a check then costs well under a microsecond.
 */
export function createValidation(catalogue: readonly EventKind[]): Check {
  const kinds = new Map(catalogue.map((kind) => [kind.type, kind]));
  const checks = new Map<string, Check>();
  return (draft) => {
    const known = checks.get(draft.type);
    if (known) return known(draft);
    const kind = kinds.get(draft.type);
    if (!kind) throw new CrossdockError("internal", `No event of type "${draft.type}" is in the catalogue.`);
    const check = checkFor(kind);
    checks.set(draft.type, check);
    check(draft);
  };
}
