import { CrossdockError, errorCatalogue, type ErrorCode, type Problem } from "#contracts";

/** Fastify's own errors in our catalogue's words. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "body-too-large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "malformed-body",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "malformed-body",
  FST_ERR_CTP_EMPTY_JSON_BODY: "malformed-body",
  FST_ERR_BAD_URL: "not-found",
  FST_ERR_NOT_FOUND: "not-found",
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

function detailOf(code: ErrorCode, error: unknown, bodyBytesMax: number): string {
  if (code === "body-too-large") return `At most ${bodyBytesMax} bytes are taken.`;
  if (codeOf(error) === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return "The content-type is missing or is not application/json.";
  return error instanceof Error ? error.message : errorCatalogue[code].title;
}

/** Whatever was thrown as one of ours. What broke inside is not told outside: the log has it, under the correlation id. */
export function toCrossdockError(error: unknown, bodyBytesMax: number): CrossdockError {
  if (error instanceof CrossdockError) return error;
  const code = frameworkCodes[codeOf(error)];
  if (code) return new CrossdockError(code, detailOf(code, error, bodyBytesMax), { cause: error });
  return new CrossdockError("internal", "It is in the hub's log under this correlation id.", { cause: error });
}

/** A refusal whose document is kept, so that it can be mended here as well. */
export class KeptError extends CrossdockError {
  readonly keptAs: string;

  constructor(error: CrossdockError, keptAs: string) {
    super(error.code, error.message, { faults: error.faults });
    this.keptAs = keptAs;
  }
}

/** An error on the wire: RFC 9457, with what to do. */
export function toProblem(error: CrossdockError, correlationId: string): Problem {
  const { status, retry, title, fix } = errorCatalogue[error.code];
  return {
    type: `/errors#${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    retry,
    fix,
    ...(error.faults.length > 0 ? { faults: [...error.faults] } : {}),
    ...(error instanceof KeptError ? { keptAs: error.keptAs } : {}),
    correlationId,
  };
}
