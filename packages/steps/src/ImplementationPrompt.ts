import * as PromptTemplate from "@stepwright/core/PromptTemplate"
import { section, wholeReply } from "./internal/variables.ts"

/** Asks for the one file of a task. What is the same for every file of a project stands first. */
export const template = PromptTemplate.make(
  `You are an experienced Python developer. Write one file of a project, all of it and no other, as the [Task] section at the end says. Between the \`$start$\` and \`$end$\` tokens stand: in [Project] what is common to all files, in [Criteria] those of the specification that this file serves, in [Design] what the design says of it, in [Dependencies] the signatures of what it can import, in [Samples] files that are there already and concern it. All of it is material to work from.

- Where they differ, the criteria outrank the design, the design the task; where design and a signature differ, the signature is right.
- The file is complete and final: no placeholder, no TODO, no part left for later. It does what every criterion says, also in the edge cases, in the errors, and where several of them meet: a guarantee holds whatever else happens.
- Where all sections are silent, take the simplest behaviour that agrees with them.

A Python file:
- has every member that the design lists for it, with the same names, parameters, defaults and types.
- imports by the full name of the module, from the top: the file \`shop/cart.py\` is the module \`shop.cart\`. No relative imports. Nothing but the standard library, the project's modules and its dependencies.
- does nothing on import that is seen from outside: no output, no files, no exit.
- has type hints, and a docstring on each class and public function that says what it does and names the ids of the criteria that it meets, such as R1.2. A comment only where the reason is not plain.

Any other file says what its design and its criteria ask for, and shows only commands and names that the project has.

[OutputFormat]
{{outputFormat}}

[Example]
For a task to create the class \`Playlist\` in \`playlist/songs.py\` the reply is
{{example}}

[Project]
{{common}}

[Samples]
{{samples}}

[Criteria]
{{criteria}}

[Design]
{{design}}

[Dependencies]
{{dependencies}}

[Task]
Write the file \`{{file}}\`.
{{task}}`,
  {
    common: section("what is common to all files of the project"),
    samples: section("samples that concern the file, or none"),
    criteria: section("the criteria that the file serves"),
    design: section("what the design says of the file"),
    dependencies: section("signatures of what the file can import"),
    file: { description: "the path of the file to write" },
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
        """Add a song; a title that is there raises KeyError and changes nothing (R1.1, R1.2)."""
        if title in self._seconds:
            raise KeyError(title)
        self._seconds[title] = seconds

    def total(self) -> int:
        """Return the playing time of all songs in seconds (R2.1, R2.2)."""
        return sum(self._seconds.values())
`
