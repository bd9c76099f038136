import type { Package } from "../provider/sdk.ts"

/** Anthropic's official SDK. */
export const sdk: Package = {
  name: "@anthropic-ai/sdk",
  load: (settings) =>
    import("@anthropic-ai/sdk").then(({ Anthropic, APIConnectionTimeoutError }) => {
      const client = new Anthropic(settings)
      return {
        baseUrl: client.baseURL,
        post: (path, options) => client.post(path, options).asResponse(),
        isTimeout: (failure) => failure instanceof APIConnectionTimeoutError
      }
    })
}
