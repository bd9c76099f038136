/** The language that an info string names, each under one name: `python` for `Python3.12 title="a.py"`. */
export const ofInfo = (info: string): string => canonical(/^\{?\.?([\w.+#-]*)/.exec(info)?.[1] ?? "")

/** The language of a file, by the end of its name. */
export const ofPath = (path: string): string => {
  const name = path.slice(path.lastIndexOf("/") + 1)
  const dot = name.lastIndexOf(".")
  return dot <= 0 ? "" : canonical(name.slice(dot + 1))
}

export const canonical = (language: string): string => {
  const name = language.toLowerCase()
  return aliases.get(name) ?? aliases.get(name.replace(/[\d.]+$/, "")) ?? name
}

/** Whether a word that looks like the name of a file is the name of a language. */
export const isLanguage = (word: string): boolean => aliases.has(word.toLowerCase()) || code.has(word.toLowerCase())

/** Blocks that show a command. */
export const isShell = (language: string): boolean => shells.has(language)

/** Blocks that show what a command prints, or whatever else. */
export const isPlain = (language: string): boolean => language === "" || language === "text"

/** Files of prose: three dots stand for themselves in them. */
export const isProse = (language: string): boolean =>
  language === "markdown" || language === "text" || language === "rst"

/** Languages in which no command is written. */
export const isCode = (language: string): boolean => code.has(language)

/** Languages of which no file begins as what a terminal shows. */
export const isFormal = (language: string): boolean => isCode(language) && !isProse(language)

const code = new Set(
  "python javascript typescript vue csharp cpp c java go rust ruby kotlin swift php json yaml toml html css markdown".split(
    " "
  )
)

const shells = new Set(["bash", "powershell", "bat"])

const aliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    python: "py pyi py3 pyw python3 py-3",
    typescript: "ts tsx mts cts",
    javascript: "js jsx mjs cjs node node.js react.js next.js express.js three.js d3.js",
    vue: "vue.js",
    csharp: "cs c# asp.net",
    vb: "vb.net",
    cpp: "c++ cc cxx hpp hxx",
    c: "h",
    bash: "sh shell zsh console terminal shellscript shell-session",
    powershell: "ps1 pwsh",
    bat: "cmd batch",
    yaml: "yml",
    json: "jsonc json5",
    markdown: "md mdx",
    rst: "restructuredtext",
    text: "txt plaintext plain output",
    diff: "patch",
    html: "htm",
    rust: "rs",
    go: "golang",
    ruby: "rb",
    kotlin: "kt kts",
    elixir: "ex exs"
  }).flatMap(([name, others]) => [name, ...others.split(" ")].map((other) => [other, name] as const))
)
