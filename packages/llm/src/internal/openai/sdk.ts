import type { Package } from "../provider/sdk.ts"

/** OpenAI's official SDK. */
export const sdk: Package = {
  name: "openai",
  load: (settings) =>
    import("openai").then(({ APIConnectionTimeoutError, APIError, OpenAI }) => {
      const client = new OpenAI(settings)
      return {
        post: (path, options) => client.post(path, options),
        faultOf: (failure) =>
          failure instanceof APIError && typeof failure.status === "number"
            ? {
                status: failure.status,
                codes: [failure.code, failure.type].filter((code) => typeof code === "string"),
                message: failure.message,
                header: (name) => failure.headers?.get(name)
              }
            : undefined,
        isTimeout: (failure) => failure instanceof APIConnectionTimeoutError
      }
    })
}
