const kinds: Readonly<Partial<Record<string, string>>> = { "+": "added", "-": "removed", "@": "place" }

/** A unified diff. */
export const Diff = ({ label, text }: { readonly text: string; readonly label: string }) => (
  <pre class="diff" tabIndex={0} role="group" aria-label={label} data-scrolls>
    {text
      .trimEnd()
      .split("\n")
      .filter((line) => !/^(?:=+|Index:.*)$/u.test(line))
      .map((line, i) => (
        <span key={i} class={/^(?:---|\+\+\+) /u.test(line) ? "place" : (kinds[line.slice(0, 1)] ?? "")}>
          {line}
          {"\n"}
        </span>
      ))}
  </pre>
)
