import { useState } from "preact/hooks"
import type { Message } from "@stepwright/core/LlmRequest"
import { duration, moment, things, tokens } from "../../model/figures.ts"
import type { Attempt, Reply } from "../../model/history.ts"
import { messagesOf, parsed } from "../../model/messages.ts"
import type { Place } from "../../model/tree.ts"
import type { Store } from "../../run/store.ts"
import { filled } from "../../model/edits/template.ts"
import { stepsOf } from "../../model/edits/draft.ts"
import { Copy } from "../../ui/text/Copy.tsx"
import { JsonView } from "../../ui/text/JsonView.tsx"
import { lazy } from "../../ui/Lazy.tsx"
import { Template } from "../../ui/text/Template.tsx"
import { useText } from "./useText.ts"

const PromptChanges = lazy(() => import("../compare/PromptChanges.tsx").then(({ PromptChanges }) => PromptChanges))

interface Props {
  readonly store: Store
  readonly path: string
}

const attemptsWithReplies = ({ history, version }: Store, path: string): ReadonlyArray<Attempt> => {
  // whoever shows what happened is drawn anew as more of it does, and not with what is around alone
  void version.value
  const step = history.steps.get(path)
  const found = step?.same === undefined ? step : history.steps.get(step.same)
  return (found?.attempts ?? []).filter(({ replies }) => replies.length > 0)
}

const Nothing = ({
  place,
  store,
  text
}: {
  readonly store: Store
  readonly text: string
  readonly place?: Place | undefined
}) => (
  <p class="quiet">
    {store.history.number === 0
      ? "The journal is being read…"
      : place?.node?.step !== undefined && place.node.step.model === undefined
        ? "This step calls no model."
        : text}
  </p>
)

interface MessagesProps {
  readonly messages: ReadonlyArray<Message>
  /** What the last one is made of, as far as that is known. */
  readonly template: string | undefined
}

/** The messages of one request, with what the variables of its template stood for marked. */
const Messages = ({ messages, template }: MessagesProps) => (
  <ol class="messages">
    {messages.map(({ content, role }, i) => (
      <li key={i} class={role}>
        <h3>
          {role}
          <span class="quiet"> {content.length.toLocaleString("en")} characters</span>
          <Copy what={`message ${i + 1}`} text={() => content} />
        </h3>
        <Template
          label={`Message ${i + 1}`}
          spans={
            (template !== undefined && role === "user" ? filled(template, content) : undefined) ?? [{ text: content }]
          }
        />
      </li>
    ))}
  </ol>
)

/** The template that a step has in a run by now. */
const templateOf = ({ standing }: Store, place: Place | undefined): string | undefined =>
  stepsOf(standing.value?.config).get(place?.node?.path ?? "")?.prompt ?? place?.node?.step?.model?.prompt

/** In what the last prompt differs from the one before it, where there is one. */
export const WhatChanged = ({ path, store }: Props) => {
  const [before, after] = attemptsWithReplies(store, path)
    .slice(-2)
    .map(({ replies }) => replies[0]!.prompt)
  return before === undefined || after === undefined ? null : (
    <PromptChanges key={after} store={store} before={before} after={after} />
  )
}

/** What was asked first, as it was sent. */
export const Prompt = ({ path, place, store }: Props & { readonly place: Place | undefined }) => {
  const attempts = attemptsWithReplies(store, path)
  const [chosen, setChosen] = useState<number | undefined>(undefined)
  const index = Math.min(chosen ?? attempts.length - 1, attempts.length - 1)
  const hash = attempts[index]?.replies[0]?.prompt
  const asked = useText(store, hash)
  const question = useText(store, hash === undefined ? store.history.steps.get(path)?.question : undefined)
  if (hash === undefined && question !== undefined) {
    return (
      <>
        <p class="quiet">What is to be decided upon:</p>
        <JsonView value={parsed(question) ?? question} label="Question" />
      </>
    )
  }
  if (hash === undefined) return <Nothing store={store} place={place} text="No reply was recorded, and so no prompt." />
  return (
    <>
      {attempts.length < 2 ? null : (
        <label class="chooser">
          Attempt{" "}
          <select value={index} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
            {attempts.map(({ start }, i) => (
              <option key={start} value={i}>
                {i + 1}, {moment(start)}
              </option>
            ))}
          </select>
        </label>
      )}
      {index < 1 ? null : <PromptChanges store={store} before={attempts[index - 1]!.replies[0]!.prompt} after={hash} />}
      {asked === undefined ? (
        <p class="quiet">…</p>
      ) : (
        <Messages messages={messagesOf(asked)} template={templateOf(store, place)} />
      )}
    </>
  )
}

/** Each turn: what came back, and what was said to it. */
export const Replies = ({ path, place, store }: Props & { readonly place: Place | undefined }) => {
  const attempts = attemptsWithReplies(store, path)
  const tail = store.coming.value.get(path)
  if (attempts.length === 0 && tail === undefined)
    return <Nothing store={store} place={place} text="No reply was recorded." />
  return (
    <>
      {attempts.map(({ replies, start }, i) => (
        <section key={start}>
          {attempts.length > 1 ? (
            <h3>
              Attempt {i + 1}, {moment(start)}
            </h3>
          ) : null}
          {replies.map((reply, j) => (
            <Turn key={`${reply.turn} ${reply.at}`} reply={reply} next={replies[j + 1]} store={store} />
          ))}
        </section>
      ))}
      {tail === undefined ? null : (
        <section>
          <h3>Coming</h3>
          <pre class="wrap coming" tabIndex={0} data-scrolls>
            {tail}
          </pre>
        </section>
      )}
    </>
  )
}

const finishes: Readonly<Partial<Record<Reply["finishReason"], string>>> = {
  length: "cut off by its length",
  "content-filter": "stopped by a filter of content",
  "tool-calls": "asked for a tool",
  other: "stopped for another reason"
}

const Turn = ({
  next,
  reply,
  store
}: {
  readonly reply: Reply
  readonly next: Reply | undefined
  readonly store: Store
}) => {
  const text = useText(store, reply.reply)
  const followed = useText(store, next?.prompt)
  const json = text === undefined ? undefined : parsed(text)
  const isData = typeof json === "object" && json !== null
  const [isRaw, setIsRaw] = useState(false)
  const complaint = followed === undefined ? undefined : messagesOf(followed).findLast(({ role }) => role === "user")
  const finish = finishes[reply.finishReason]
  return (
    <article class="turn">
      <h3>
        Turn {reply.turn}
        <span class="quiet">
          {" "}
          {[reply.model, tokens(reply.usage) ?? "tokens unknown", ...(finish === undefined ? [] : [finish])].join(", ")}
        </span>
        {isData ? (
          <button type="button" class="small" aria-pressed={isRaw} onClick={() => setIsRaw(!isRaw)}>
            as it came
          </button>
        ) : null}
        {text === undefined ? null : <Copy what={`the reply of turn ${reply.turn}`} text={() => text} />}
      </h3>
      {text === undefined ? (
        <p class="quiet">…</p>
      ) : isData && !isRaw ? (
        <JsonView value={json} label={`Reply of turn ${reply.turn}`} />
      ) : (
        <pre class="wrap" tabIndex={0} data-scrolls>
          {text}
        </pre>
      )}
      {complaint === undefined ? null : (
        <>
          <h3>What was said to it</h3>
          <pre class="wrap said" tabIndex={0} data-scrolls>
            {complaint.content}
          </pre>
        </>
      )}
    </article>
  )
}

const outcomes: Readonly<Record<NonNullable<Attempt["outcome"]>, string>> = {
  done: "done",
  failed: "failed",
  waits: "waits",
  cut: "cut off"
}

/** When it was at work, why, and every request that it took. */
export const Attempts = ({ path, store }: Props) => {
  void store.version.value
  const step = store.history.steps.get(path)
  if (step === undefined || (step.attempts.length === 0 && step.notes.length === 0)) {
    return <Nothing store={store} text="It was never started." />
  }
  return (
    <>
      {step.attempts.length === 0 ? null : (
        <table class="attempts">
          <thead>
            <tr>
              <th scope="col">Started</th>
              <th scope="col">Because</th>
              <th scope="col">Took</th>
              <th scope="col">Came to</th>
              <th scope="col">Replies</th>
              <th scope="col">Requests</th>
            </tr>
          </thead>
          <tbody>
            {step.attempts.map(({ end, outcome, replies, requests, start, why }) => (
              <tr key={start}>
                <td>{moment(start)}</td>
                <td>{why}</td>
                <td>{end === undefined ? `${duration(store.now.value - start)} so far` : duration(end - start)}</td>
                <td>{outcome === undefined ? "at work" : outcomes[outcome]}</td>
                <td>{replies.length === 0 ? "–" : replies.length}</td>
                <td>
                  {requests.length === 0 ? "–" : null}
                  {requests.map(({ end, error, model, number, start }) => (
                    <p key={number}>
                      {number}: {model}, {end === undefined ? "end unknown" : duration(end - start)}
                      {error === undefined ? "" : `, ${error}`}
                    </p>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {step.notes.length === 0 ? null : (
        <>
          <h3>Besides</h3>
          <ul class="notes">
            {step.notes.map(({ at, text }, i) => (
              <li key={i}>
                <span class="quiet">{moment(at)}</span> {text}
              </li>
            ))}
          </ul>
        </>
      )}
      {step.results.length < 2 ? null : (
        <p class="quiet">{things(step.results.length, "result")} so far; the last one counts.</p>
      )}
    </>
  )
}
