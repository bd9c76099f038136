import { describe, expect, it } from "@effect/vitest"
import { Effect, Redacted, Schema, Stream } from "effect"
import * as LlmClient from "@stepwright/core/LlmClient"
import type { LlmRequest } from "@stepwright/core/LlmRequest"
import { Redact } from "@stepwright/llm"
import { request } from "./support/request.ts"

const awsKey = `AKIA${"A".repeat(16)}`
const pem = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"

/** A model that repeats the last message, in deltas of `size` characters; what it was sent is in `sent`. */
const echo = (options?: Redact.Options, size = 3) => {
  const sent: Array<string> = []
  const replyTo = ({ messages }: LlmRequest) => {
    sent.push(...messages.map(({ content }) => content))
    return { text: messages.at(-1)?.content ?? "", finishReason: "stop" as const, usage: {} }
  }
  const client = LlmClient.make(
    (request) => Effect.sync(() => replyTo(request)),
    (request) =>
      Stream.suspend(() => {
        const reply = replyTo(request)
        const deltas: ReadonlyArray<LlmClient.StreamPart> = Array.from(
          { length: Math.ceil(reply.text.length / size) },
          (_, index) => ({ _tag: "Delta", text: reply.text.slice(index * size, (index + 1) * size) })
        )
        return Stream.fromIterable([...deltas, { _tag: "Finished", reply } as const])
      })
  )
  return { client: Redact.make(options)(client), sent }
}

const streamed = Effect.fnUntraced(function* (client: LlmClient.Service, asked: LlmRequest) {
  const parts = yield* Stream.runCollect(client.stream(asked))
  const last = parts.at(-1)
  return {
    deltas: parts.map((part) => (part._tag === "Delta" ? part.text : "")).join(""),
    text: last?._tag === "Finished" ? last.reply.text : undefined
  }
})

describe("Redact", () => {
  describe("scrub", () => {
    it("takes known values, as JSON writes them too, and what looks like a secret out of a text for good", () => {
      const scrub = Redact.scrub({ values: [Redacted.make('pass"word'), Redacted.make("")] })
      const key = `sk-${"a1".repeat(12)}`
      const text = `${key}, pass"word and ${JSON.stringify('pass"word')}`
      expect(scrub(text)).toBe('<secret>, <secret> and "<secret>"')
      expect(Redact.scrub({ patterns: [] })(key)).toBe(key)
    })
  })

  describe("make", () => {
    for (const [what, secret] of [
      ["a private key", pem],
      ["an OpenAI key", `sk-proj-${"a1_-".repeat(10)}`],
      ["an AWS key", awsKey],
      ["a GitHub token", `ghp_${"a".repeat(36)}`],
      ["a GitLab token", `glpat-${"a".repeat(20)}`],
      ["a Slack token", "xoxb-1234567890-abc"],
      ["a Google key", `AIza${"a".repeat(35)}`],
      ["a JSON Web Token", `eyJ${"a".repeat(10)}.eyJ${"b".repeat(10)}.${"c".repeat(10)}`]
    ] as const) {
      it.effect(`sends a name for ${what}, and gives it back in the reply`, () =>
        Effect.gen(function* () {
          const { client, sent } = echo()
          const { text } = yield* client.generate(request("a", `before ${secret} after`))
          expect(sent).toEqual(["before __SECRET_1__ after"])
          expect(text).toBe(`before ${secret} after`)
        })
      )
    }

    it.effect("gives a secret one name in all messages, and leaves names alone that were there", () =>
      Effect.gen(function* () {
        const { client, sent } = echo({ values: [Redacted.make("p.w"), Redacted.make("p.w.d"), Redacted.make("")] })
        const content = "p.w and p.w.d, not paw, and __SECRET_1__, __SECRET_9__"
        const { text } = yield* client.generate({
          ...request("a"),
          messages: [
            { role: "system", content: `use p.w.d and ${awsKey}` },
            { role: "user", content }
          ]
        })
        expect(sent).toEqual([
          "use __SECRET_2__ and __SECRET_3__",
          "__SECRET_4__ and __SECRET_2__, not paw, and __SECRET_1__, __SECRET_9__"
        ])
        expect(text).toBe(content)
      })
    )

    it.effect("takes patterns of one's own, with their flags, and hides no name again", () =>
      Effect.gen(function* () {
        const { client, sent } = echo({ patterns: [/customer \d+/iu, /\w{10,}/u] })
        const { text } = yield* client.generate(request("a", `Customer 42, customer 42, ${awsKey}`))
        expect(sent).toEqual(["__SECRET_1__, __SECRET_2__, __SECRET_3__"])
        expect(text).toBe(`Customer 42, customer 42, ${awsKey}`)
      })
    )

    it.effect("writes a secret into JSON so that it stays JSON", () =>
      Effect.gen(function* () {
        const client = Redact.make()(
          LlmClient.make(() => Effect.succeed({ text: '{"key":"__SECRET_1__"}', finishReason: "stop", usage: {} }))
        )
        const format = { type: "json", name: "key", schema: {} } as const
        const { text } = yield* client.generate(request("a", pem, { format }))
        expect(JSON.parse(text)).toEqual({ key: pem })
      })
    )

    for (const secret of ['hun"ter2', "hun\nter2", "hun\\ter2", pem]) {
      const asked = `Use ${JSON.stringify({ pw: secret })}, or else ${secret}`
      const values = [Redacted.make(secret)]

      it.effect(`hides ${JSON.stringify(secret)} in JSON too, and gives it back in the form that it had`, () =>
        Effect.gen(function* () {
          const { client, sent } = echo({ values })
          expect((yield* client.generate(request("a", asked))).text).toBe(asked)
          expect(yield* streamed(client, request("a", asked))).toEqual({ deltas: asked, text: asked })
          const hidden = 'Use {"pw":"__SECRET_1__"}, or else __SECRET_2__'
          expect(sent).toEqual([hidden, hidden])
        })
      )

      it.effect(`writes both forms of ${JSON.stringify(secret)} into JSON so that they are the secret there`, () =>
        Effect.gen(function* () {
          const client = Redact.make({ values })(
            LlmClient.make(() =>
              Effect.succeed({ text: '["__SECRET_1__","__SECRET_2__"]', finishReason: "stop", usage: {} })
            )
          )
          const format = { type: "json", name: "key", schema: {} } as const
          const { text } = yield* client.generate(request("a", asked, { format }))
          expect(JSON.parse(text)).toEqual([secret, secret])
        })
      )
    }

    for (const begin of ['{"key":"', '[{"key":"', '```json\n{\n  "key": "']) {
      it.effect(`keeps JSON that nobody asked for, whole or in deltas: ${JSON.stringify(begin)}`, () =>
        Effect.gen(function* () {
          const escaped = JSON.stringify(pem).slice(1, -1)
          const reply = `${begin}__SECRET_1__`
          const answer = { text: reply, finishReason: "stop", usage: {} } as const
          const deltas = Array.from(reply, (text) => ({ _tag: "Delta", text }) as const)
          const answering = Redact.make()(
            LlmClient.make(
              () => Effect.succeed(answer),
              () => Stream.fromIterable([...deltas, { _tag: "Finished", reply: answer } as const])
            )
          )
          for (const asked of [pem, escaped]) {
            expect((yield* answering.generate(request("a", asked))).text).toBe(begin + escaped)
            expect(yield* streamed(answering, request("a", asked))).toEqual({
              deltas: begin + escaped,
              text: begin + escaped
            })
          }
        })
      )
    }

    it.effect("leaves a request without secrets as it is", () =>
      Effect.gen(function* () {
        const asked = request("a", "nothing to hide")
        const client = Redact.make()(
          LlmClient.make((got) =>
            Effect.sync(() => {
              expect(got).toBe(asked)
              return { text: "__SECRET_1__", finishReason: "stop", usage: {} }
            })
          )
        )
        expect((yield* client.generate(asked)).text).toBe("__SECRET_1__")
      })
    )

    it.effect("forgets what it held back of a stream that is begun again", () =>
      Effect.gen(function* () {
        const parts: ReadonlyArray<LlmClient.StreamPart> = [
          { _tag: "Delta", text: "key: __SEC" },
          { _tag: "Discarded" },
          { _tag: "Delta", text: "RET_1__ is __SECRET_1" },
          { _tag: "Delta", text: "__ or __SECRET_" },
          { _tag: "Finished", reply: { text: "", finishReason: "stop", usage: {} } }
        ]
        const client = Redact.make()(
          LlmClient.make(
            () => Effect.die("not asked"),
            () => Stream.fromIterable(parts)
          )
        )
        const got = yield* Stream.runCollect(client.stream(request("a", awsKey)))
        expect(got.map((part) => (part._tag === "Delta" ? part.text : part._tag))).toEqual([
          "key: ",
          "Discarded",
          "RET_1__ is ",
          `${awsKey} or `,
          "__SECRET_",
          "Finished"
        ])
      })
    )

    it.effect.prop(
      "lets no secret out, and gives every text back, whole or in deltas of any size",
      {
        words: Schema.Array(
          Schema.Literals(["a", "_", "__", "__SECRET_", "__SECRET_1__", "1", "secret", awsKey, pem, 's\n"x', '"', "\\"])
        ),
        isJson: Schema.Boolean,
        size: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 }))
      },
      ({ isJson, size, words }) =>
        Effect.gen(function* () {
          const text = isJson ? JSON.stringify(words) : words.join("")
          const { client, sent } = echo(
            {
              values: [Redacted.make("secret"), Redacted.make('s\n"x')],
              patterns: [/AKIA\w{16}/u, /-{5}.*?KEY-{5}/su]
            },
            size
          )
          const asked = request("a", text)
          expect((yield* client.generate(asked)).text).toBe(text)
          expect(yield* streamed(client, asked)).toEqual({ deltas: text, text })
          for (const content of sent) expect(content).not.toMatch(/secret|AKIA|-----BEGIN|s(?:\n|\\n)/u)
        })
    )
  })
})
