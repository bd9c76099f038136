import type { Span } from "../../model/edits/template.ts"

/** A text with its variables marked, and what each is. */
export const Template = ({ label, spans }: { readonly spans: ReadonlyArray<Span>; readonly label: string }) => (
  <pre class="wrap" tabIndex={0} role="group" aria-label={label} data-scrolls>
    {spans.map(({ name, text }, i) =>
      name === undefined ? (
        text
      ) : (
        <mark key={i} title={name}>
          {text}
        </mark>
      )
    )}
  </pre>
)
