import { useEffect, useRef, useState } from "preact/hooks"
import { type Problem, problemOf } from "../../api/client.ts"
import * as api from "../../api/edits.ts"
import { things } from "../../model/figures.ts"
import * as said from "../../run/said.ts"
import { Copy } from "../../ui/text/Copy.tsx"
import { Diff } from "../../ui/text/Diff.tsx"
import { ProblemBox } from "../../ui/ProblemBox.tsx"

interface Props {
  readonly workflow: string
  readonly config: api.Config
  readonly close: () => void
  readonly onSaved: () => void
}

/** Shows what would be written to which file, and writes it. */
export const SaveDialog = ({ close, config, onSaved, workflow }: Props) => {
  const ref = useRef<HTMLDialogElement>(null)
  const [saving, setSaving] = useState<api.Saving | undefined>(undefined)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [isDone, setIsDone] = useState(false)
  const fail = (error: unknown) => setProblem(problemOf(error))
  const look = () => {
    setProblem(undefined)
    api.toSave(workflow, config).then(setSaving, fail)
  }
  useEffect(() => {
    if (ref.current?.open === false) ref.current.showModal()
    look()
  }, [])
  const write = () => {
    if (saving === undefined) return
    setProblem(undefined)
    api.save(workflow, config, saving.of).then(() => {
      setIsDone(true)
      onSaved()
      said.now(`${things(saving.files.length, "file")} written`)
    }, fail)
  }
  const { files = [], patches = [] } = saving ?? {}
  return (
    <dialog ref={ref} class="wide-dialog" aria-labelledby="save" onClose={close}>
      <h2 id="save">Save to files</h2>
      {problem === undefined ? null : (
        <>
          <ProblemBox problem={problem} />
          {problem.status === 409 ? (
            <button type="button" onClick={look}>
              look again
            </button>
          ) : null}
        </>
      )}
      {saving === undefined && problem === undefined ? <p class="quiet">…</p> : null}
      {saving !== undefined && files.length + patches.length === 0 ? (
        <p class="quiet">The files say all of this already.</p>
      ) : null}
      {files.map(({ diff, file }) => (
        <section key={file}>
          <h3 class="mono">{file}</h3>
          <Diff text={diff} label={`What changes in ${file}`} />
        </section>
      ))}
      {patches.map(({ diff, file, path, template, text }) => (
        <section key={`${path} ${text}`}>
          <h3>
            <span class="mono">{path}</span>: the {text === "prompt" ? "prompt" : "system message"} stands in code
            {file === undefined ? null : (
              <>
                {" "}
                (<span class="mono">{file}</span>)
              </>
            )}
            <Copy what={diff === undefined ? "the new text" : "the patch"} text={() => diff ?? template} />
          </h3>
          <p class="quiet">
            {diff === undefined
              ? "It was not found there as one literal. This is the new text, for you to paste."
              : "It is not written from here. Apply this patch with git apply, or paste it."}
          </p>
          {diff === undefined ? (
            <pre class="wrap" tabIndex={0} data-scrolls>
              {template}
            </pre>
          ) : (
            <Diff text={diff} label={`A patch of ${file}`} />
          )}
        </section>
      ))}
      <form method="dialog" class="actions">
        {isDone ? <span class="status strong">written</span> : null}
        {files.length === 0 || isDone ? null : (
          <button type="button" onClick={write}>
            Write {things(files.length, "file")}
          </button>
        )}
        <button>close</button>
      </form>
    </dialog>
  )
}
