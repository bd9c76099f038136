import * as PromptTemplate from "@stepwright/core/PromptTemplate"
import { section, wholeReply } from "./internal/variables.ts"

/** Asks for the one file of a task. */
export const template = PromptTemplate.make(
  `You are an experienced Python developer. Write the file \`{{file}}\`, all of it and no other, as the [Task] section says. Between the \`$start$\` and \`$end$\` tokens stand: in [Requirement] the numbered specification, in [Design] the design of the whole package, in [Dependencies] the files that the task depends on, as they are.

- The file is complete and final: no placeholder, no TODO, no part left for later.
- It has every member that the design lists for it, with the same names, parameters, defaults and types, and meets every criterion that the task names, also in the edge cases and errors.
- Use the dependencies by what their code says; where design and code differ, the code is right. Rewrite none of it here.
- Import by the full name of the module, from the top: the file \`shop/cart.py\` is the module \`shop.cart\`. No relative imports. Import only the standard library, modules of the design and what the constraints allow.
- No code runs on import, except that a \`__main__.py\` starts the program.
- Type hints, and a docstring on each class and public function that says what it does and names the requirement ids it meets, such as R1.2. A comment only where the reason is not plain.
- Where all sections are silent, take the simplest behaviour that agrees with them and state it in the docstring as "Assumption: …".

[Requirement]
{{requirement}}

[Design]
{{design}}

[Dependencies]
{{dependencies}}

[Task]
{{task}}

[OutputFormat]
{{outputFormat}}

[Example]
For a task to create the class \`Playlist\` in \`playlist/playlist.py\` the reply is
{{example}}`,
  {
    file: { description: "the path of the file to write" },
    requirement: section("the numbered specification"),
    design: section("the design of the package"),
    dependencies: section("the files that the task depends on"),
    task: section("the task, in the form of the breakdown"),
    example: wholeReply
  }
)

/** The output of the example. */
export const example = `"""Songs and how long they play."""


class Playlist:
    """Holds songs (R1, R2)."""

    def __init__(self) -> None:
        self._seconds: dict[str, int] = {}

    def add(self, title: str, seconds: int) -> None:
        """Add a song (R1.1); a title that is there raises KeyError (R1.2)."""
        if title in self._seconds:
            raise KeyError(title)
        self._seconds[title] = seconds

    def total(self) -> int:
        """Return the playing time of all songs in seconds (R2.1, R2.2)."""
        return sum(self._seconds.values())
`
