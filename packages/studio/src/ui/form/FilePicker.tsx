import { useRef } from "preact/hooks"
import { useSignal } from "@preact/signals"

import { things } from "../../model/figures.ts"
import * as said from "../../run/said.ts"

/** What a server takes at most. **Units** bytes */
const most = 8 * 1024 * 1024

export interface TextFile {
  readonly path: string
  readonly text: string
}

interface Props {
  readonly label: string
  readonly onFiles: (files: ReadonlyArray<TextFile>) => void
  readonly isSingle?: boolean
}

/** Reads files of texts, here and nowhere else. */
export const FilePicker = ({ isSingle = false, label, onFiles }: Props) => {
  const input = useRef<HTMLInputElement>(null)
  const trouble = useSignal("")
  const take = async (files: ReadonlyArray<File>) => {
    const found: Array<TextFile> = []
    const refused: Array<string> = []
    for (const file of files) {
      try {
        if (file.size > most) throw new RangeError()
        // oxlint-disable-next-line no-await-in-loop -- one after the other, in the order in which they were named
        const bytes = await file.arrayBuffer()
        found.push({
          path: file.webkitRelativePath || file.name,
          text: new TextDecoder("utf-8", { fatal: true }).decode(bytes)
        })
      } catch (error) {
        refused.push(`${file.name} ${error instanceof RangeError ? "is larger than 8 MB" : "is no text in UTF-8"}`)
      }
    }
    trouble.value = refused.length === 0 ? "" : `${refused.join(", ")}: left out`
    said.now([`${things(found.length, "file")} taken`, ...refused].join(", "))
    if (found.length > 0) onFiles(found)
  }
  return (
    <>
      <button type="button" class="small" onClick={() => input.current?.click()}>
        {isSingle ? "from a file" : "add files"}
        <span class="unseen">, {label}</span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={!isSingle}
        aria-label={`Files for ${label}`}
        onChange={({ currentTarget }) => {
          void take([...(currentTarget.files ?? [])])
          // the same one may be taken again
          currentTarget.value = ""
        }}
      />
      {trouble.value === "" ? null : <span class="wrong">{trouble}</span>}
    </>
  )
}
