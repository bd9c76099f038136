import type { Package } from "../provider/sdk.ts"

/** Anthropic's official SDK. */
export const sdk: Package = {
  name: "@anthropic-ai/sdk",
  load: (settings) =>
    import("@anthropic-ai/sdk").then(({ Anthropic, APIConnectionTimeoutError, APIError }) => {
      const client = new Anthropic(settings)
      return {
        post: (path, options) => client.post(path, options),
        faultOf: (failure) => {
          if (!(failure instanceof APIError) || typeof failure.status !== "number") return undefined
          const request = failure.requestID ? ` (request ${failure.requestID})` : ""
          return {
            status: failure.status,
            codes: [failure.errorCode, failure.type].filter((code) => typeof code === "string"),
            message: (typeof failure.apiMessage === "string" ? failure.apiMessage : failure.message) + request,
            header: (name) => failure.headers?.get(name)
          }
        },
        isTimeout: (failure) => failure instanceof APIConnectionTimeoutError
      }
    })
}
