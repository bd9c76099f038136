import { expect } from "@effect/vitest"
import type { ErrorDialect } from "./errors.ts"

/** Errors within something else, and under other names. */
export const places: ReadonlyArray<ErrorDialect> = [
  {
    server: "Apigee",
    status: 429,
    body: {
      fault: { faultstring: "Quota limit exceeded.", detail: { errorcode: "policies.ratelimit.QuotaViolation" } }
    },
    want: "RateLimited",
    alone: "never",
    has: { detail: "Quota limit exceeded." }
  },
  {
    server: "OAuth",
    status: 401,
    body: { error: "invalid_client", error_description: "nobody knows this client" },
    want: "Unauthenticated",
    alone: "InvalidRequest",
    has: { detail: expect.stringContaining("nobody knows this client") }
  },
  {
    server: "Tencent",
    status: 200,
    body: { Response: { Error: { Code: "AuthFailure.SecretIdNotFound", Message: "not found" }, RequestId: "1" } },
    want: "Unauthenticated"
  },
  {
    server: "an error in data",
    status: 200,
    body: { data: { error: { code: 429, message: "slow" } } },
    want: "RateLimited"
  },
  {
    server: "an error in the message",
    status: 200,
    body: { choices: [{ message: { content: "", error: { code: 401, message: "who?" } } }] },
    want: "Unauthenticated"
  },
  {
    server: "an error in the delta",
    status: 200,
    body: { choices: [{ delta: { content: "", error: { code: 401, message: "who?" } } }] },
    want: "Unauthenticated"
  },
  {
    server: "an error in the choice",
    status: 200,
    body: { choices: [{ finish_reason: "stop", message: { content: "po" }, error: { code: 401, message: "who?" } }] },
    want: "Unauthenticated"
  },
  {
    server: "Groq, why it stopped",
    status: 200,
    body: { id: "1", choices: [], x_groq: { id: "req_1", error: "over capacity" } },
    want: "ProviderUnavailable"
  }
]
