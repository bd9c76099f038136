import * as PromptTemplate from "@stepwright/core/PromptTemplate"
import { section, wholeReply } from "./internal/variables.ts"

/** Asks for the modules of the package that meets a requirement. */
export const template = PromptTemplate.make(
  `You are a Python software architect. The [Requirement] section holds a numbered specification between the \`$start$\` and \`$end$\` tokens. Design the modules of the package that meets it.

Each module will be written by someone who sees the specification, your design, and the code of the modules that it imports, so:
- There is one package, a folder at the top with the name by which the specification imports it; no \`src\` folder. Paths are lower case with underscores.
- Each class has a file of its own, exceptions and enumerations too; functions that belong together share one. Make no more modules than the requirements need.
- \`<package>/__init__.py\` is the last of the library's modules. It only re-exports the public names, so that they are imported as the specification shows, and sets \`__all__\`. Other modules import from the module that defines a name, never from \`__init__.py\`, and never in a circle.
- Software that is started with \`python -m <package>\` has \`<package>/cli.py\` with \`main(argv: list[str] | None = None) -> int\`, which prints and returns the exit status, and \`<package>/__main__.py\`, which only runs \`raise SystemExit(main())\`.
- No modules for tests, documentation or packaging.
- "members" names all that other code uses: a class with its constructor, then each method, property and special method of its own, functions, constants. Signatures have parameter names, types, defaults and return types. The behaviour says what is returned, what is raised and when, in words precise enough to code and to test against; types and names agree between modules.
- Every requirement id is met by some module. Limits on cost need an algorithm under "decisions".
- Where the specification is silent, choose the simplest thing that fits its assumptions and say so under "assumptions"; leave that list empty if nothing was open.

[Requirement]
{{requirement}}

[OutputFormat]
{{outputFormat}}

[Example]
For a specification of a \`Playlist\` (R1: add a song; R2: total playing time) the reply is
{{example}}`,
  {
    requirement: section("the numbered specification"),
    example: wholeReply
  }
)

/** The output of the example. */
export const example = {
  package: "playlist",
  modules: [
    {
      path: "playlist/playlist.py",
      purpose: "Holds songs.",
      members: [
        { signature: "class Playlist()", behaviour: "Starts without songs." },
        {
          signature: "Playlist.add(self, title: str, seconds: int) -> None",
          behaviour: "Adds a song; raises KeyError(title) and adds nothing if the title is there."
        },
        { signature: "Playlist.total(self) -> int", behaviour: "Returns the sum of all seconds, 0 without songs." }
      ],
      imports: [],
      meets: ["R1", "R2"]
    },
    {
      path: "playlist/__init__.py",
      purpose: "Makes `from playlist import Playlist` work.",
      members: [{ signature: '__all__ = ["Playlist"]', behaviour: "Re-exports Playlist." }],
      imports: ["playlist/playlist.py"],
      meets: ["R1"]
    }
  ],
  decisions: ["Songs are held in a dict from title to seconds, which finds a title at once."],
  assumptions: []
}
