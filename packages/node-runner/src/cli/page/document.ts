import { createHash } from "node:crypto"
import type { Block } from "./blocks.ts"

/** What is built of the page, for a file. */
export interface Code {
  readonly script: string
  readonly style: string
}

export interface Contents {
  /** What is seen first, packed. */
  readonly answers: string
  readonly blocks: ReadonlyArray<Block>
}

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

/** What a page may do that is one file: run this script and have these styles. */
const policyOf = ({ script, style }: Code): string =>
  [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'"
  ].join("; ")

/** Code in which nothing can end its element: what could is in its texts, which say the same with an escape. */
const inElement = ({ script, style }: Code): Code => ({
  script: script.replaceAll(/<(?=!--|\/?script)/giu, "\\x3c"),
  style: style.replaceAll(/<(?=\/style)/giu, "\\3c ")
})

/**
 * The page as a document. Whatever a run says is in it as base64 alone, in elements that are no script; its policy comes
 * first. What is seen first comes before the script, and the rest is read while that shows it.
 */
export const print = (built: Code, { answers, blocks }: Contents): string => {
  const code = inElement(built)
  return `<!doctype html>
<html lang="en">
<head>
<meta http-equiv="Content-Security-Policy" content="${policyOf(code)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Stepwright</title>
<style>${code.style}</style>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript.</noscript>
<script type="application/gzip" id="answers">${answers}</script>
<script>${code.script}</script>
${blocks.map(({ base64 }) => `<script type="application/gzip" class="block">${base64}</script>\n`).join("")}</body>
</html>
`
}
