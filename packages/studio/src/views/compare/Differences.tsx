import { lastReply, promptOf, type Row } from "../../model/edits/compare.ts"
import { resultOf } from "../../model/history.ts"
import { words } from "../../model/look.ts"
import { messagesOf } from "../../model/messages.ts"
import { ofRun, print, type Route } from "../../run/route.ts"
import type { Store } from "../../run/store.ts"
import { PathName } from "../../ui/PathName.tsx"
import { SideBySide } from "../../ui/text/SideBySide.tsx"
import { useText } from "../step/useText.ts"

interface Props {
  readonly row: Row
  readonly what: string
  readonly one: Store
  readonly other: Store
  readonly close: () => void
}

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value, null, 2))

/** The prompt as it was sent, as one text. */
export const asText = (asked: string): string => {
  const messages = messagesOf(asked)
  return messages.length === 1
    ? messages[0]!.content
    : messages.map(({ content, role }) => `${role}:\n${content}`).join("\n\n")
}

/** What differs at one path: prompts and outputs beside each other. */
export const Differences = ({ close, one, other, row, what }: Props) => {
  const { path } = row
  void one.version.value
  void other.version.value
  const prompts = [one, other].map((store) => promptOf(store.history, path))
  const texts = [useText(one, prompts[0]), useText(other, prompts[1])]
  const outputs = [one, other].map((store) => resultOf(store.history, path)?.output)
  const names = [`A: ${one.run}`, `B: ${other.run}`] as const
  const models = [one, other].map((store) => lastReply(store.history, path)?.model)
  return (
    <section class="panel" aria-labelledby="differences">
      <header>
        <h2 id="differences" tabIndex={-1}>
          <PathName path={path} />
        </h2>
        <button type="button" class="small" onClick={close}>
          close <kbd>Esc</kbd>
        </button>
      </header>
      <div class="body">
        <p>
          {what}
          <span class="quiet">
            {" "}
            · A: {words[row.one.status]}
            {models[0] === undefined ? "" : `, ${models[0]}`} · B: {words[row.other.status]}
            {models[1] === undefined ? "" : `, ${models[1]}`}
          </span>
        </p>
        <p>
          <a href={print({ ...ofRun(one.run), step: path } as Route)}>the step in A</a>
          {" · "}
          <a href={print({ ...ofRun(other.run), step: path } as Route)}>the step in B</a>
        </p>
        <section>
          <h3>Prompt</h3>
          {texts[0] !== undefined && texts[1] !== undefined ? (
            <SideBySide one={asText(texts[0])} other={asText(texts[1])} names={names} />
          ) : (
            <p class="quiet">{nothing(row, prompts)}</p>
          )}
        </section>
        <section>
          <h3>Output</h3>
          {outputs[0] === undefined || outputs[1] === undefined ? (
            <p class="quiet">
              {outputs[0] === outputs[1] ? "Neither has one." : `Only ${outputs[0] === undefined ? "B" : "A"} has one.`}
            </p>
          ) : (
            <SideBySide one={shown(outputs[0])} other={shown(outputs[1])} names={names} />
          )}
        </section>
      </div>
    </section>
  )
}

/** Why there are no two prompts to be seen. */
const nothing = ({ differs }: Row, [one, other]: ReadonlyArray<string | undefined>): string => {
  if (one === undefined && other === undefined) return "No prompt was recorded in either."
  if (one !== undefined && other !== undefined) return "…"
  const has = one === undefined ? "B" : "A"
  return differs.includes("prompt")
    ? `Only ${has} has asked here; the other has its result from another run.`
    : `Only ${has} has asked here; the other has a result for the same prompt.`
}
