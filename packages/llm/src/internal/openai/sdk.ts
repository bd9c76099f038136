import type { Package } from "../provider/sdk.ts"

/** OpenAI's official SDK. */
export const sdk: Package = {
  name: "openai",
  load: (settings) =>
    import("openai").then(({ APIConnectionTimeoutError, OpenAI }) => {
      const client = new OpenAI(settings)
      return {
        baseUrl: client.baseURL,
        post: (path, options) => client.post(path, options).asResponse(),
        isTimeout: (failure) => failure instanceof APIConnectionTimeoutError
      }
    })
}
