import { Buffer } from "node:buffer"

/** A format of files that are no text, though some hold one. */
export interface FileFormat {
  /** Said of a file: `is a PDF`. */
  readonly is: string
  /** Whether such a file holds a text, which is to be got out of it. */
  readonly holdsText: boolean
  /** What to do with a file that was meant to be read. */
  readonly fix: string
}

const plainText = "save it as plain text"
const pdf = { is: "is a PDF", holdsText: true, fix: plainText }
const richText = { is: "is rich text", holdsText: true, fix: plainText }
const office = { is: "is an Office document", holdsText: true, fix: plainText }
const archive = { is: "is an archive", holdsText: false, fix: "unpack it" }
const image = { is: "is an image", holdsText: false, fix: "say in a text what it shows" }

const zip = "PK\u0003\u0004"

/** By what files begin with, each byte a character, and what else is near their beginning; the first that fits counts. */
const formats: ReadonlyArray<readonly [beginning: string, format: FileFormat, holds?: RegExp]> = [
  ["%PDF-", pdf],
  [String.raw`{\rtf`, richText],
  [zip, office, /\[Content_Types\]\.xml|mimetypeapplication\//],
  [zip, archive],
  ["\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1", office],
  ["\u001f\u008b", archive],
  ["7z\u00bc\u00af", archive],
  ["\u0089PNG", image],
  ["\u00ff\u00d8\u00ff", image],
  ["GIF89a", image],
  ["GIF87a", image],
  ["RIFF", image, /^RIFF[^]{4}WEBP/]
]

/** How much of a file tells its format. **Units** bytes */
export const headLength = 4096

/** The format that bytes begin as, `undefined` for what may be text. */
export const formatOf = (bytes: Uint8Array): FileFormat | undefined => {
  const head = Buffer.from(bytes.subarray(0, headLength)).toString("latin1")
  return formats.find(([beginning, , holds]) => head.startsWith(beginning) && (holds?.test(head) ?? true))?.[1]
}
