import { moment } from "../model/figures.ts"
import { file } from "../run/file.ts"

/** How many things that were left out are named at once. */
const few = 3
const most = 200

/** What a page is that is a file, and what it lacks. */
export const FileNote = () => {
  if (file.value === undefined) return null
  const { at, leftOut, version } = file.value
  return (
    <div class="file quiet">
      <p>
        A file, written {moment(at)} by Stepwright {version}: the run as it was then.
        {leftOut.length > few ? "" : ` ${leftOut.join(" ")}`}
      </p>
      {leftOut.length > few ? (
        <details>
          <summary>{leftOut.length.toLocaleString("en")} things were left out</summary>
          <ul data-scrolls>
            {leftOut.slice(0, most).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
            {leftOut.length > most ? <li>The others say so where they would be.</li> : null}
          </ul>
        </details>
      ) : null}
    </div>
  )
}
