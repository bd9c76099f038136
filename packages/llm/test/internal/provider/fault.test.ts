import * as Anthropic from "@anthropic-ai/sdk"
import { describe, expect, it } from "@effect/vitest"
import { Duration } from "effect"
import { APIConnectionError, APIConnectionTimeoutError } from "openai"
import { sdk as anthropicSdk } from "../../../src/internal/anthropic/sdk.ts"
import { sdk as openAiSdk } from "../../../src/internal/openai/sdk.ts"
import { reasonOf } from "../../../src/internal/provider/fault.ts"
import { quoteWithout } from "../../../src/internal/provider/quote.ts"

const faults = { quote: quoteWithout("key") }
const settings = { apiKey: "key", baseURL: null, maxRetries: 0, timeout: 1000, fetch }
const { isTimeout: openAi } = await openAiSdk.load(settings)
const { isTimeout: anthropic } = await anthropicSdk.load(settings)
const coded = (code: string) => Object.assign(new Error(`it is ${code}`), { code })
const wrapped = (cause: Error) =>
  new APIConnectionError({ message: "Connection error.", cause: new TypeError("fetch failed", { cause }) })

/** What cannot be provoked on loopback in a test's time. */
describe("providerFault", () => {
  describe("reasonOf", () => {
    const timeouts: ReadonlyArray<[string, unknown]> = [
      ["the SDK's own time-out", new APIConnectionTimeoutError()],
      ["Node waiting for headers", wrapped(coded("UND_ERR_HEADERS_TIMEOUT"))],
      ["Node waiting for the body", new TypeError("terminated", { cause: coded("UND_ERR_BODY_TIMEOUT") })],
      ["Node connecting", wrapped(coded("UND_ERR_CONNECT_TIMEOUT"))],
      ["the system connecting", wrapped(coded("ETIMEDOUT"))]
    ]
    it("is TimedOut for the time-out of Anthropic's SDK", () => {
      const reason = reasonOf(new Anthropic.APIConnectionTimeoutError(), anthropic, faults, 1000, 301_000)
      expect(reason).toMatchObject({ _tag: "TimedOut", after: Duration.minutes(5) })
    })

    for (const [what, failure] of timeouts) {
      it(`is TimedOut, with the time it took, for ${what}`, () => {
        const reason = reasonOf(failure, openAi, faults, 1000, 301_000)
        expect(reason).toMatchObject({ _tag: "TimedOut", after: Duration.minutes(5) })
      })
    }

    it("says of a certificate that nobody known has signed where it is, and what to do", () => {
      const address = "OPENAI_BASE_URL, for it is https://127.0.0.1/v1 that was asked"
      for (const code of [
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "SELF_SIGNED_CERT_IN_CHAIN",
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
      ]) {
        const reason = reasonOf(wrapped(coded(code)), openAi, { ...faults, address }, 0, 1)
        expect(reason).toMatchObject({ _tag: "NetworkFailure", permanent: true })
        expect(reason.message).toMatch(/https:\/\/127\.0\.0\.1\/v1.*NODE_EXTRA_CA_CERTS/u)
      }
      const expired = reasonOf(wrapped(coded("CERT_HAS_EXPIRED")), openAi, { ...faults, address }, 0, 1)
      expect(expired.message).not.toContain("NODE_EXTRA_CA_CERTS")
    })

    it("is NetworkFailure with every cause once for any other broken connection", () => {
      const reason = reasonOf(wrapped(coded("ECONNREFUSED")), openAi, faults, 0, 1)
      expect(reason).toMatchObject({
        _tag: "NetworkFailure",
        detail: "Connection error.: fetch failed: it is ECONNREFUSED"
      })
    })

    it("has the code where a connection was tried at several addresses, and no words", () => {
      const several = Object.assign(new AggregateError([], ""), { code: "ECONNREFUSED" })
      const reason = reasonOf(wrapped(several), openAi, { ...faults, address: "HERE" }, 0, 1)
      expect(reason).toMatchObject({
        _tag: "NetworkFailure",
        detail: "Connection error.: fetch failed: ECONNREFUSED (check HERE)"
      })
    })

    it("asks no second time where a certificate is wrong", () => {
      for (const code of ["DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID", "CERT_HAS_EXPIRED"]) {
        expect(reasonOf(wrapped(coded(code)), openAi, faults, 0, 1)).toMatchObject({ permanent: true })
      }
    })

    it("is Misconfigured for an address that `fetch` takes for none", () => {
      const reason = reasonOf(coded("ERR_INVALID_URL"), openAi, faults, 0, 1)
      expect(reason).toMatchObject({ _tag: "Misconfigured", detail: "check the base URL: it is ERR_INVALID_URL" })
    })

    it("cuts the key out of what it shows", () => {
      const reason = reasonOf(
        new TypeError('"Bearer sk-sentinel\n" is an invalid header value'),
        openAi,
        { ...faults, quote: quoteWithout("sk-sentinel") },
        0,
        1
      )
      expect(reason.detail).not.toContain("sk-sentinel")
    })

    it("cuts no key out that is part of any word", () => {
      expect(quoteWithout("any")("Too many requests")).toBe("Too many requests")
    })
  })
})
