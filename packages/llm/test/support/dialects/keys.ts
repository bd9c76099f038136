import { expect } from "@effect/vitest"
import { issue, message, type ErrorDialect } from "./errors.ts"

const invalid = { code: 400, status: "INVALID_ARGUMENT" }

/** Keys that are refused, with whatever status. */
export const keys: ReadonlyArray<ErrorDialect> = [
  {
    server: "Gemini",
    source: issue("cequence-io/openai-scala-client/issues/109"),
    status: 400,
    body: [
      message("API key not valid. Please pass a valid API key.", {
        ...invalid,
        details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }]
      })
    ],
    want: "Unauthenticated",
    has: { detail: expect.stringContaining("OPENAI_API_KEY") }
  },
  {
    server: "Gemini, the error as the text of another",
    source: issue("continuedev/continue/issues/10290"),
    status: 400,
    body: message(JSON.stringify(message("API key not valid. Please pass a valid API key.", invalid)), {
      code: 400,
      status: "Bad Request"
    }),
    want: "Unauthenticated"
  },
  {
    server: "Gemini, an old key",
    status: 400,
    body: [message("API key expired. Please renew the API key.", invalid)],
    want: "Unauthenticated"
  },
  {
    server: "Gemini, no key",
    status: 400,
    body: [message("Missing or invalid Authorization header.", invalid)],
    want: "Unauthenticated"
  },
  { server: "the code is all of the error", status: 401, body: { error: "unauthorized" }, want: "Unauthenticated" },
  {
    server: "code and msg",
    status: 200,
    body: { code: 401, msg: "invalid token", data: null, success: false },
    want: "Unauthenticated",
    has: { detail: expect.stringContaining("invalid token") }
  },
  {
    server: "Baidu",
    status: 200,
    body: { error_code: 110, error_msg: "Access token invalid or no longer valid" },
    want: "Unauthenticated"
  },
  {
    server: "AWS",
    status: 403,
    body: { Message: "User: arn:aws:iam::1 is not authorized to perform: bedrock:InvokeModel" },
    want: "Unauthenticated",
    has: { detail: expect.stringContaining("not authorized to perform") }
  }
]

const unknown = (server: string, status: number, words: string, more: object = {}): ErrorDialect => ({
  server,
  status,
  body: message(words, { code: status, ...more }),
  want: "InvalidRequest",
  has: { detail: expect.stringMatching(/^(?!.*BASE_URL).*OPENAI_MODEL/u) }
})

/** Models that a server does not have: it is the name that is to be checked. */
export const models: ReadonlyArray<ErrorDialect> = [
  unknown("DeepSeek", 400, "Model Not Exist", { type: "invalid_request_error" }),
  unknown("OpenRouter", 400, "x/y is not a valid model ID"),
  unknown("OpenRouter, nobody has it", 404, "No endpoints found for x/y."),
  unknown("Mistral", 400, "Invalid model: foo", { type: "invalid_model" }),
  unknown("Together", 400, "Unable to access model x/y.", { type: "model_not_available" }),
  unknown("Azure", 404, "The API deployment for this resource does not exist.", { type: "DeploymentNotFound" }),
  unknown("GitHub Models", 400, "Unknown model: foo", { type: "unknown_model" }),
  unknown("Groq", 400, "The model `x` has been decommissioned and is no longer supported.", {
    type: "model_decommissioned"
  }),
  unknown("Gemini", 404, "models/foo is not found for API version v1main", { status: "NOT_FOUND" })
]
