import { createServer } from "node:http"
import { afterAll } from "@effect/vitest"

export interface ModelServer {
  /** For `OPENAI_BASE_URL`. */
  readonly url: string
  /** For `ANTHROPIC_BASE_URL`. */
  readonly anthropicUrl: string
  /** The model and the last message of each request, and all of its body. */
  readonly asked: ReadonlyArray<{
    readonly model: string
    readonly prompt: string
    readonly key: string | undefined
    readonly body: Readonly<Record<string, unknown>>
  }>
}

export type Answer =
  | string
  | { readonly status: number; readonly error: object }
  /** Under another name than the one that was asked. */
  | { readonly text: string; readonly model: string }
  /** As it is. */
  | { readonly body: string }

/** A server on this machine that speaks as much of Chat Completions and of Messages as the tests need. */
export const serve = async (
  answer: (prompt: string, count: number) => Answer | Promise<Answer>
): Promise<ModelServer> => {
  const asked: Array<ModelServer["asked"][number]> = []
  const server = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += String(chunk)
    const parsed = JSON.parse(body)
    const { messages, model, stream } = parsed
    const prompt = messages.at(-1).content
    const isAnthropic = request.url?.endsWith("/messages") === true
    const content = typeof prompt === "string" ? prompt : prompt[0].text
    asked.push({
      model,
      prompt: content,
      key: request.headers.authorization ?? String(request.headers["x-api-key"]),
      body: parsed
    })
    const answered = await answer(content, asked.length)
    if (typeof answered !== "string" && "body" in answered) return void response.writeHead(200).end(answered.body)
    const { model: served, text: reply } =
      typeof answered === "string"
        ? { model, text: answered }
        : "text" in answered
          ? answered
          : { model, text: answered }
    if (typeof reply !== "string") {
      response
        .writeHead(reply.status, { "content-type": "application/json" })
        .end(JSON.stringify({ error: reply.error }))
      return
    }
    if (stream) {
      const events = isAnthropic ? messageEvents(reply, served) : completionEvents(reply, served)
      response.writeHead(200, { "content-type": "text/event-stream" }).end(events.join(""))
      return
    }
    response.writeHead(200, { "content-type": "application/json" }).end(
      JSON.stringify(
        isAnthropic
          ? {
              id: `reply-${asked.length}`,
              type: "message",
              role: "assistant",
              model: served,
              content: [{ type: "text", text: reply }],
              stop_reason: "end_turn",
              usage: { input_tokens: 10, output_tokens: 5 }
            }
          : {
              id: `reply-${asked.length}`,
              object: "chat.completion",
              created: 0,
              model: served,
              choices: [{ index: 0, message: { role: "assistant", content: reply }, finish_reason: "stop" }],
              usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
            }
      )
    )
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  const host = `http://127.0.0.1:${address.port}`
  return { url: `${host}/v1`, anthropicUrl: host, asked }
}

const event = (data: object | string, name?: string) =>
  `${name === undefined ? "" : `event: ${name}\n`}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`

/** A chunk of a stream of Chat Completions. */
export const chunk = (text: string, model = "model") =>
  event({ id: "reply-1", model, choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })

/** What ends one. */
export const lastChunks = (model = "model", finish = "stop") => [
  event({ id: "reply-1", model, choices: [{ index: 0, delta: {}, finish_reason: finish }] }),
  event({ id: "reply-1", model, choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } }),
  event("[DONE]")
]

const completionEvents = (text: string, model: string) => [chunk(text, model), ...lastChunks(model)]

const messageEvents = (text: string, model: string) =>
  [
    { type: "message_start", message: { id: "reply-1", model, usage: { input_tokens: 10, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } },
    { type: "message_stop" }
  ].map((data) => event(data, data.type))
