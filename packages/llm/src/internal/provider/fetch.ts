const megabyte = 1024 ** 2

/** How much of a response is read: far more than any reply, far less than the memory. **Units** bytes */
const mostOf = (headers: Headers): number =>
  // The events around a text are many times as long as the text itself, and only that is kept.
  (/event-stream/iu.test(headers.get("content-type") ?? "") ? 256 : 32) * megabyte

/** The body of a response goes on beyond what is read of one. */
export class TooLarge extends Error {
  constructor(limit: number) {
    super(`the response is larger than ${limit / megabyte} MB`)
  }
}

/** A response of a status that is none of success, as it came: an SDK would read of its body what OpenAI sends. */
export class Refused extends Error {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  constructor({ headers, status }: Pick<Response, "headers" | "status">, text: string) {
    super("the server refuses")
    this.status = status
    this.headers = headers
    this.text = text
  }
}

/**
 * `fetch`, but a status that is none of success fails with `Refused`. A body that is too large, of whatever status, fails
 * with `TooLarge`, and its connection is closed.
 */
export const fetch = (url: string | URL | Request, init?: RequestInit): Promise<Response> =>
  globalThis.fetch(url, init).then(({ body, headers, status, statusText }) => {
    const response = new Response(body && atMost(body, mostOf(headers)), {
      headers,
      statusText,
      // Servers may send others, which a `Response` does not take.
      status: Math.min(status, 599)
    })
    if (response.ok) return response
    return response.text().then(
      (text) => Promise.reject(new Refused(response, text)),
      (failure: unknown) => Promise.reject(new Refused(response, String(failure)))
    )
  })

const atMost = (body: ReadableStream<Uint8Array>, limit: number): ReadableStream<Uint8Array> => {
  const reader = body.getReader()
  let size = 0
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        reader.read().then(({ done, value }) => {
          if (done) return controller.close()
          size += value.byteLength
          if (size <= limit) return controller.enqueue(value)
          const error = new TooLarge(limit)
          controller.error(error)
          return reader.cancel(error)
        }),
      cancel: (reason) => reader.cancel(reason)
    },
    // Nothing is read ahead, as it would be lost when the connection breaks.
    { highWaterMark: 0 }
  )
}
